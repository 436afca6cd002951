"""What cannot be: a shard that nobody has taken care of for a minute. Reaper, operator's page and tests ask."""

import datetime

from experiments.models import Shard
from experiments.selectors.queue_order import classes_of
from experiments.selectors.reasons import Reason
from experiments.selectors.supply import A_WHILE, Supply
from experiments.selectors.waiting import PASSED_ON, why_shards_wait

FIRST_FEW = 200  # of a long queue: where these are taken care of, so are those behind them
NOBODYS = frozenset({Reason.NEXT, Reason.RETRY, Reason.DISPATCHER_AWAY, Reason.NOT_TAKEN})


def shards_without_owner(now: datetime.datetime) -> list[Shard]:
    """Held under a lease that expired a minute ago; or queued for a minute beside slots that were free all the time,
    and not offered, or offered and not taken. A shard that waits for the broker is not among them: it is offered again
    every few seconds, and its page says what is away."""
    expired = Shard.objects.with_expired_lease(now - A_WHILE).select_related(*PASSED_ON)
    return [*expired, *_left_lying(now)]


def _left_lying(now: datetime.datetime) -> list[Shard]:
    supply = Supply(now)
    if not any(supply.n_idle_slots([c]) > 0 for c in classes_of("any")):
        return []
    queued = Shard.objects.queued().filter(queued_at__lt=now - A_WHILE).select_related(*PASSED_ON)
    first = list(queued.order_by("run", "index")[:FIRST_FEW])
    waits = why_shards_wait(first, supply)
    return [
        shard
        for shard in first
        if (wait := waits[shard.pk]).reason in NOBODYS
        and wait.since < now - A_WHILE
        and wait.place is not None
        and wait.place < _n_idle(shard, supply)
    ]


def _n_idle(shard: Shard, supply: Supply) -> int:
    return supply.n_idle_slots([c for c in classes_of(shard.hardware_class) if c not in supply.paused_classes])
