"""What cannot be: a shard that nobody has taken care of for a minute. The operator's page and the tests ask."""

import datetime

from django.db.models import Q

from experiments.models import Lease, Shard
from experiments.selectors.queue_order import classes_of
from experiments.selectors.reasons import Reason
from experiments.selectors.supply import Supply
from experiments.selectors.waiting import PASSED_ON, why_shards_wait

PATIENCE = datetime.timedelta(seconds=60)
FIRST_FEW = 200  # of a long queue: where these are taken care of, so are those behind them


def shards_without_owner(now: datetime.datetime) -> list[Shard]:
    """Held under a lease that expired a minute ago; or queued for a minute beside slots that were free all the time,
    without a wake-up."""
    expired = Shard.objects.with_expired_lease(now - PATIENCE).select_related(*PASSED_ON)
    return [*expired, *_left_lying(now)]


def _left_lying(now: datetime.datetime) -> list[Shard]:
    unoffered = Q(dispatched_at=None) | Q(dispatched_at__lt=now - PATIENCE)
    queued = Shard.objects.queued().filter(unoffered, queued_at__lt=now - PATIENCE).select_related(*PASSED_ON)
    supply = Supply(now)
    first = list(queued.order_by("run", "index")[:FIRST_FEW])
    waits = why_shards_wait(first, supply)
    turn_has_come = {Reason.NEXT, Reason.RETRY}
    return [
        shard
        for shard in first
        if (wait := waits[shard.pk]).reason in turn_has_come
        and wait.since < now - PATIENCE
        and wait.place is not None
        and wait.place < _n_free_throughout(shard, supply)
    ]


def _n_free_throughout(shard: Shard, supply: Supply) -> int:
    """Slots that fit and were not held by anything that ended within the last minute."""
    classes = [c for c in classes_of(shard.hardware_class) if c not in supply.paused_classes]
    workers = [worker for worker in supply.workers_of(classes) if worker.first_seen < supply.now - PATIENCE]
    n_free = sum(max(worker.slots - supply.held[worker.pk][0], 0) for worker in workers)
    return n_free - Lease.objects.filter(worker__in=workers, ended_at__gt=supply.now - PATIENCE).count()
