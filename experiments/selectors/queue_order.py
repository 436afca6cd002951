"""The place of a shard in the queue: how many the dispatcher would offer before it, by its own rule of fair shares.

The dispatcher takes, again and again, the oldest shard of whoever is furthest behind, and counts a fixed number of
seconds for each it took. So the shards before the k-th of a person are k of their own, and of every other person those
whose turn comes at a lower sum. Limits on running shards are left out: they only make others wait. Those that are tried
again later are counted, for the index that counts them does not know of it: a place is then too high by as many.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from experiments.models import Shard
from experiments.services.dispatch import CLASSES
from experiments.services.fair_share import SECONDS_PER_HELD_SHARD, Standing


@dataclass(frozen=True)
class Line:
    """Everybody who waits for the same workers: where each stands, and how many shards each has."""

    standings: Mapping[int | None, Standing]
    counts: Mapping[int | None, int]

    def before(self, user_id: int | None, n_own: int) -> int:
        """Shards that come before the one that has `n_own` of the same person before it."""
        mine = self.standings.get(user_id)
        if mine is None:  # claimed since it was read: nothing of this person waits any more
            return 0
        turn = (mine.seconds + n_own * SECONDS_PER_HELD_SHARD, mine.tie_break)
        others = (self.standings[user] for user in self.counts if user != user_id)
        return n_own + sum(min(self.counts[other.user_id], _turns_before(other, *turn)) for other in others)


def _turns_before(standing: Standing, seconds: float, tie_break: int) -> int:
    """How many turns of a person come before this sum; at equal sums the tie-break decides."""
    n_whole = (seconds - standing.seconds) / SECONDS_PER_HELD_SHARD
    turns = math.floor(n_whole) + 1 if standing.tie_break < tie_break else math.ceil(n_whole)
    return max(turns, 0)


def classes_of(hardware_class: str) -> tuple[str, ...]:
    """The classes of workers that may carry out a shard of this class."""
    return CLASSES if hardware_class == "any" else (hardware_class,)


def competing(hardware_class: str) -> list[str]:
    """The classes of shards that want the same workers."""
    return ["any", *classes_of(hardware_class)]


def n_own_before(shard: Shard, waiting: Collection[str]) -> int:
    """Shards of the same person that come first: older runs, and earlier places in the grid."""
    earlier = Q(run__lt=shard.run_id) | Q(run=shard.run_id, index__lt=shard.index)
    return Shard.objects.queued().of_user(shard.submitter_id).filter(earlier, hardware_class__in=waiting).count()


def counts_per_user(waiting: Collection[str]) -> dict[int | None, int]:
    rows = Shard.objects.queued().filter(hardware_class__in=waiting).order_by().values_list("submitter")
    return dict(rows.annotate(n=Count("pk")))
