"""The state of the whole site in numbers, for the monitor and for the operator's page."""

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.utils import timezone

from experiments.models import Blob, Lease, Shard, SitePass, State, Worker
from experiments.protocol import FailureKind
from experiments.selectors.unowned import shards_without_owner

SHARD_CLASSES = ("any", "cpu", "gpu")
WORKER_CLASSES = ("cpu", "gpu")
REAPER_GRACE = datetime.timedelta(seconds=15)  # a lease that ran out longer ago than this should have been collected
GONE_AFTER = datetime.timedelta(days=14)  # a worker silent for longer is no longer counted or listed


@dataclass(frozen=True)
class SiteNumbers:
    queued: Mapping[str, float]
    oldest_seconds: Mapping[str, float]
    running: Mapping[str, float]
    slots: Mapping[str, float]
    workers: Mapping[str, float]
    overdue: int
    unowned: int
    failures: Mapping[str, float]
    attempts_lost: int
    job_seconds: Mapping[str, float]
    job_age_seconds: Mapping[str, float]
    job_failed: Mapping[str, float]
    job_done: Mapping[str, float]
    stored_bytes: int


def site_numbers() -> SiteNumbers:
    now = timezone.now()
    queued = {row["hardware_class"]: row for row in queue_by_class()}
    passes = list(SitePass.objects.all())
    held = Shard.objects.held().values_list("worker__hardware_class").annotate(n=Count("pk")).order_by()
    failed = dict(Shard.objects.filter(state=State.FAILED).values_list("failure").annotate(n=Count("pk")).order_by())
    return SiteNumbers(
        queued={c: queued[c]["n"] if c in queued else 0 for c in SHARD_CLASSES},
        oldest_seconds={c: age(queued[c]["oldest"], now) if c in queued else 0.0 for c in SHARD_CLASSES},
        running=dict.fromkeys(WORKER_CLASSES, 0) | {c: n for c, n in held if c},
        slots=_slots(now),
        workers=_workers(now),
        overdue=overdue_shards(now).count(),
        unowned=len(shards_without_owner(now)),
        failures={kind.value: failed.get(kind.value, 0) for kind in FailureKind},
        attempts_lost=Lease.objects.filter(ended_as=Lease.End.LOST).count(),
        job_seconds={p.name: p.seconds for p in passes},
        job_age_seconds={p.name: age(p.last_at, now) for p in passes},
        job_failed={p.name: float(bool(p.failed)) for p in passes},
        job_done={p.name: p.n_done_in_all for p in passes},
        stored_bytes=Blob.objects.aggregate(n=Sum("n_bytes"))["n"] or 0,
    )


def queue_by_class() -> list[dict[str, Any]]:
    """Per class: how many wait, and since when the oldest does."""
    queue = Shard.objects.queued().values("hardware_class").order_by("hardware_class")
    return [dict(row) for row in queue.annotate(n=Count("pk"), oldest=Min("queued_at"))]


def overdue_shards(now: datetime.datetime) -> QuerySet[Shard]:
    """Held, and yet nobody has had the right to for a while: there must be none."""
    return Shard.objects.with_expired_lease(now - REAPER_GRACE)


def age(then: datetime.datetime, now: datetime.datetime) -> float:
    return max((now - then).total_seconds(), 0.0)


def _slots(now: datetime.datetime) -> dict[str, int]:
    rows = Worker.objects.accepting(now).order_by().values_list("hardware_class").annotate(n=Sum("slots"))
    return dict.fromkeys(WORKER_CLASSES, 0) | dict(rows)


def _workers(now: datetime.datetime) -> dict[str, int]:
    known = Worker.objects.filter(last_seen__gte=now - GONE_AFTER)
    alive = set(Worker.objects.alive(now).values_list("pk", flat=True))
    accepting = set(Worker.objects.accepting(now).values_list("pk", flat=True))
    states = Counter(
        "accepting" if pk in accepting else "stopping" if pk in alive else "silent"
        for pk in known.values_list("pk", flat=True)
    )
    return {state: states[state] for state in ("accepting", "stopping", "silent")}
