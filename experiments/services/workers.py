"""What the site knows about compute processes, and what it asks of them."""

from django.db import transaction
from django.utils import timezone

from experiments.models import Worker, WorkerToken
from experiments.protocol import Announcement
from experiments.services.pauses import may_operate
from experiments.services.reclaiming import reclaim_from_former_self
from experiments.services.refusals import Conflict, Forbidden
from experiments.services.wake_ups import wake_dispatcher
from problems.models import User


def announce_worker(*, token: WorkerToken, announcement: Announcement) -> Worker:
    """Keep what a worker says about itself; free slots it did not have before wake the dispatcher."""
    if token.hardware_class not in ("any", announcement.hardware_class):
        detail = f"this token is for workers of class {token.hardware_class}, not {announcement.hardware_class}"
        raise Forbidden("wrong_class", detail, fields={"hardware_class": token.hardware_class})
    now = timezone.now()
    said = announcement.model_dump(exclude={"name", "starting"}) | {"last_seen": now}
    former = Worker.objects.filter(token=token, name=announcement.name).first()
    if former and not announcement.starting:
        check_not_replaced(former, announcement.instance)
    elif former and former.instance != announcement.instance:
        reclaim_from_former_self(former)  # first: a start that is heard twice must not take what it has claimed since
    with transaction.atomic():
        was_there = Worker.objects.accepting(now).filter(token=token, name=announcement.name).exists()
        worker, _ = Worker.objects.update_or_create(token=token, name=announcement.name, defaults=said)
        if not was_there and not worker.stopping and not worker.disk_full:
            transaction.on_commit(wake_dispatcher)
    return worker


def check_not_replaced(worker: Worker, instance: str) -> None:
    """Refuses a process whose name another has taken over since."""
    if instance and worker.instance not in ("", instance):
        detail = f"another process has announced itself as {worker.name}; this one is taken for its former self"
        raise Conflict("replaced", detail, fields={"name": "give each worker a name of its own"})


def may_drain(worker: Worker, user: User) -> bool:
    return bool(user.is_authenticated and (worker.token.owner_id == user.pk or may_operate(user)))


def ask_to_drain(*, worker: Worker, by: User) -> Worker:
    """What the worker holds goes on to its end; nothing new is given to it until somebody lets it work again."""
    _check_may_drain(worker, by)
    Worker.objects.filter(pk=worker.pk, drain_requested_at=None).update(drain_requested_at=timezone.now())
    worker.refresh_from_db()
    return worker


def let_work_again(*, worker: Worker, by: User) -> Worker:
    _check_may_drain(worker, by)
    with transaction.atomic():
        Worker.objects.filter(pk=worker.pk).update(drain_requested_at=None)
        transaction.on_commit(wake_dispatcher)
    worker.refresh_from_db()
    return worker


def _check_may_drain(worker: Worker, by: User) -> None:
    if not may_drain(worker, by):
        raise Forbidden("not_yours", "Only the owner of a worker, or a curator, may drain it or let it work again.")
