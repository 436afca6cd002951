"""A worker token that is not to be trusted any more, or is replaced by another."""

from django.db import transaction
from django.utils import timezone

from experiments.models import Shard, Worker, WorkerToken
from experiments.protocol import FailureKind
from experiments.services.leases import Loss, take_back


def revoke_worker_token(token: WorkerToken) -> int:
    """From now on it opens nothing; what its workers hold goes back to the queue at once, and their run tokens die with
    that. The number of shards taken back."""
    now = timezone.now()
    with transaction.atomic():
        locked = WorkerToken.objects.select_for_update().get(pk=token.pk)
        if locked.is_valid_at(now):
            WorkerToken.objects.filter(pk=token.pk).update(expires_at=now)
        Worker.objects.filter(token=token).update(stopping=True)
    held = Shard.objects.held().filter(worker__token=token)
    loss = Loss(FailureKind.WORKER_LOST, "The token of its worker was revoked.", "Run it again.", held)
    return sum(take_back(shard, loss) for shard in held.select_related("run", "worker"))
