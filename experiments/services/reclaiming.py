"""Shards taken back although their worker still speaks, or before it is missed."""

import datetime

from django.conf import settings
from django.utils import timezone

from experiments.models import Shard, Worker
from experiments.protocol import FailureKind
from experiments.services.leases import Loss, take_back

# The worker ends what runs too long or was cancelled, within seconds. One that has not done so by then never will.
GRACE = datetime.timedelta(seconds=60)


def reclaim_from_former_self(worker: Worker) -> int:
    """A worker that has started anew holds nothing any more. The number of shards taken back."""
    held = Shard.objects.held().filter(worker=worker)
    loss = Loss(
        FailureKind.WORKER_LOST,
        f"Worker {worker} was started anew and lost what it held.",
        "Run it again; if it happens again, the worker's machine may be short of memory.",
        held,
    )
    return sum(take_back(shard, loss) for shard in held.select_related("run", "worker"))


def reclaim_overdue() -> int:
    """Take back what a worker holds beyond its time limit, or long after the cancel. The number taken back."""
    now = timezone.now()
    limit = datetime.timedelta(seconds=settings.RUN_TIME_LIMIT_SECONDS)
    too_long = Shard.objects.held_since_before(now - limit - GRACE)
    loss = Loss(
        FailureKind.TIME_LIMIT,
        "The shard ran longer than its time limit, and its worker did not end it.",
        "Ask for fewer steps, a smaller model or fewer seeds, or for a higher limit.",
        too_long,
    )
    deaf = Shard.objects.held().filter(run__cancel_requested_at__lt=now - GRACE)
    unheard = Loss(FailureKind.WORKER_LOST, "Its worker did not obey.", "", deaf)
    n_taken = sum(take_back(shard, loss) for shard in too_long.select_related("run", "worker"))
    return n_taken + sum(take_back(shard, unheard) for shard in deaf.select_related("run", "worker"))
