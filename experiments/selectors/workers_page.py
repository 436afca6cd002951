"""Workers as their page lists them: what each does, how busy it was, and which engine it has."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from experiments.models import HELD, Lease, Shard, Worker
from experiments.recipe.engine import engine_digest, vocabulary_digest
from experiments.selectors.operations import GONE_AFTER
from experiments.services.workers import may_drain
from problems.models import User

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@dataclass(frozen=True)
class Doing:
    shard: Shard
    since: datetime.datetime  # of this attempt


@dataclass(frozen=True)
class WorkerLine:
    worker: Worker
    is_alive: bool
    doing: list[Doing]
    used_last_hour: float  # share of its slots' time, since it was first seen
    used_last_day: float
    engine: str  # "current", "other"
    reads_new_recipes: bool
    may_drain: bool

    @property
    def is_drained(self) -> bool:
        return self.worker.drain_requested_at is not None and not self.doing


def worker_lines(user: User | None) -> list[WorkerLine]:
    """Those heard of in the last two weeks, the newest word first."""
    now = timezone.now()
    workers = list(
        Worker.objects.filter(last_seen__gte=now - GONE_AFTER)
        .select_related("token__owner")
        .order_by("-last_seen", "name")
    )
    alive = set(Worker.objects.alive(now).values_list("pk", flat=True))
    doing = _doing(workers)
    leases = _leases_since(workers, now - DAY)
    return [
        WorkerLine(
            worker=worker,
            is_alive=worker.pk in alive,
            doing=doing[worker.pk],
            used_last_hour=_used(worker, leases[worker.pk], now - HOUR, now),
            used_last_day=_used(worker, leases[worker.pk], now - DAY, now),
            engine="current" if worker.engine_digest == engine_digest() else "other",
            reads_new_recipes=worker.vocabulary in ("", vocabulary_digest()),
            may_drain=user is not None and may_drain(worker, user),
        )
        for worker in workers
    ]


def _doing(workers: Iterable[Worker]) -> defaultdict[int, list[Doing]]:
    held = Shard.objects.filter(state__in=HELD, worker__in=list(workers)).select_related("run__recipe")
    shards = list(held.order_by("run", "index"))
    open_leases = Lease.objects.filter(shard__in=shards, ended_at=None)
    since = dict(open_leases.values_list("shard", "granted_at"))
    found: defaultdict[int, list[Doing]] = defaultdict(list)
    for shard in shards:
        if shard.worker_id is not None:
            found[shard.worker_id].append(Doing(shard, since.get(shard.pk, shard.started_at or shard.queued_at)))
    return found


Span = tuple[datetime.datetime, datetime.datetime | None]


def _leases_since(workers: Iterable[Worker], then: datetime.datetime) -> defaultdict[int, list[Span]]:
    leases = Lease.objects.filter(Q(ended_at=None) | Q(ended_at__gte=then), worker__in=list(workers))
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for worker, granted_at, ended_at in leases.values_list("worker", "granted_at", "ended_at"):
        if worker is not None:
            found[worker].append((granted_at, ended_at))
    return found


def _used(worker: Worker, leases: Iterable[Span], start: datetime.datetime, now: datetime.datetime) -> float:
    """Time under a lease over the time of all its slots; of a worker that is new, since it is there."""
    start = max(start, worker.first_seen)
    whole = (now - start).total_seconds() * worker.slots
    busy = sum(
        max((min(ended_at or now, now) - max(granted_at, start)).total_seconds(), 0.0)
        for granted_at, ended_at in leases
    )
    return min(busy / whole, 1.0) if whole > 0 else 0.0
