"""What the site knows about compute processes."""

from django.db import transaction
from django.utils import timezone

from experiments.models import Worker, WorkerToken
from experiments.protocol import Announcement
from experiments.services.refusals import Forbidden
from experiments.services.wake_ups import wake_dispatcher


def announce_worker(*, token: WorkerToken, announcement: Announcement) -> Worker:
    """Keep what a worker says about itself; free slots it did not have before wake the dispatcher."""
    if token.hardware_class not in ("any", announcement.hardware_class):
        detail = f"this token is for workers of class {token.hardware_class}, not {announcement.hardware_class}"
        raise Forbidden("wrong_class", detail, fields={"hardware_class": token.hardware_class})
    now = timezone.now()
    said = announcement.model_dump(exclude={"name"}) | {"last_seen": now}
    with transaction.atomic():
        was_there = Worker.objects.accepting(now).filter(token=token, name=announcement.name).exists()
        worker, _ = Worker.objects.update_or_create(token=token, name=announcement.name, defaults=said)
        if not was_there and not worker.stopping:
            transaction.on_commit(wake_dispatcher)
    return worker
