"""How fast shards go through, for estimates: from those that ended lately, or else from what workers announce."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.models import Lease, Worker

N_RECENT = 50


@dataclass(frozen=True)
class Pace:
    flops_per_second: float  # of one slot
    seconds_per_shard: float | None  # mean of those that ended lately; None when none has
    said: str  # what it rests on


def pace_on(classes: Sequence[str]) -> Pace | None:
    """The pace of a slot of these classes; None while nothing is known of any."""
    return _observed(classes) or _announced(classes)


def _observed(classes: Sequence[str]) -> Pace | None:
    """Whole attempts only: one that went on from a resume state did part of the work."""
    ended = Lease.objects.filter(
        ended_as=Lease.End.SUCCEEDED, resume_step=None, shard__flops__gt=0, worker__hardware_class__in=classes
    )
    rows = ended.order_by("-ended_at").values_list("shard__flops", "granted_at", "ended_at")[:N_RECENT]
    work = [(flops, (ended_at - granted_at).total_seconds()) for flops, granted_at, ended_at in rows if ended_at]
    seconds = sum(took for _, took in work)
    if seconds <= 0:
        return None
    shards = "shard" if len(work) == 1 else f"{len(work)} shards"
    said = f"the last {shards} that ended on {_named(classes)} workers"
    return Pace(sum(flops for flops, _ in work) / seconds, seconds / len(work), said)


def _announced(classes: Sequence[str]) -> Pace | None:
    known = Worker.objects.filter(hardware_class__in=classes, flops_per_second__gt=0)
    slowest = known.order_by("-last_seen")[:N_RECENT].values_list("flops_per_second", flat=True)
    rate = min(slowest, default=None)
    if rate is None:
        return None
    return Pace(rate, None, f"the arithmetic of the recipe and the speed {_named(classes)} workers announce")


def _named(classes: Sequence[str]) -> str:
    return " and ".join(sorted(classes))
