"""What to look at when something is wrong: each question with its answer, and a sentence on what to do."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone

from experiments.models import Pause, Shard, SitePass, State, Worker
from experiments.protocol import FailureKind
from experiments.recipe.engine import engine_digest
from experiments.selectors.operations import age, queue_by_class
from experiments.selectors.queue_order import classes_of
from experiments.selectors.reasons import count, span
from experiments.selectors.troubles import KINDS
from experiments.selectors.unowned import shards_without_owner

SITE_JOBS = "Start the site jobs: celery -A deploy.site_jobs worker --beat --queues site, one of them in all."
SILENT_FOR = datetime.timedelta(days=1)  # workers silent for longer were most likely switched off on purpose
HOUR_SECONDS = 3600.0
LONG_WAIT_SECONDS = HOUR_SECONDS

# How old the last pass of a job may be before something is wrong, and what the job is for.
JOBS: Mapping[str, tuple[float, str]] = {
    "dispatch": (30, "offers what waits to free workers"),
    "reaper": (60, "takes back what silent workers held"),
    "watch": (60, "looks for shards without an owner, and must never find one"),
    "resume states": (7200, "drops resume states nobody needs"),
    "checkpoints": (7200, "thins out old checkpoints"),
    "blobs": (7200, "drops bytes nobody names"),
    "broken uploads": (7200, "drops uploads that were cut off"),
    "stray files": (2 * 86400, "looks for files without a row"),
}


@dataclass(frozen=True)
class Check:
    title: str
    found: str
    is_wrong: bool
    advice: str
    shards: tuple[Shard, ...] = ()  # those it is about, the first few


@dataclass(frozen=True)
class FailureCount:
    kind: str
    title: str
    advice: str
    last_hour: int
    last_day: int
    newest: list[Shard]


def site_checks() -> list[Check]:
    now = timezone.now()
    return [_overdue(now), *_queues(now), _silent(now), _engines(now), _pauses()]


def _overdue(now: datetime.datetime) -> Check:
    shards = shards_without_owner(now)
    n = len(shards)
    told = "There must be none: such a shard is taken back within 10 s, and offered to a free slot within 5 s."
    advice = f"{told} Its page says what is away. {SITE_JOBS}" if n else "Nothing to do."
    return Check("Shards without an owner", count(n, "shard"), n > 0, advice, tuple(shards[:5]))


def _queues(now: datetime.datetime) -> Iterator[Check]:
    open_classes = set(Worker.objects.accepting(now).values_list("hardware_class", flat=True))
    for row in queue_by_class():
        needs, waited = row["hardware_class"], age(row["oldest"], now)
        has_worker = bool(open_classes & set(classes_of(needs)))
        oldest = Shard.objects.queued().filter(hardware_class=needs).select_related("run").order_by("queued_at", "pk")
        if not has_worker:
            advice = (
                "No worker of this class takes shards: start one, make room on its disk, or lift a pause or a drain."
            )
        elif waited > LONG_WAIT_SECONDS:
            advice = (
                "Its page says why it waits. If workers are free and it does not move, look at the dispatcher below."
            )
        else:
            advice = "Nothing to do."
        found = f"{count(row['n'], 'shard')}, the oldest for {span(waited)}"
        is_wrong = not has_worker or waited > LONG_WAIT_SECONDS
        yield Check(f"Queue of class {needs}", found, is_wrong, advice, tuple(oldest[:1]))


def _silent(now: datetime.datetime) -> Check:
    alive = Worker.objects.alive(now).values("pk")
    gone = Worker.objects.filter(last_seen__gte=now - SILENT_FOR, stopping=False).exclude(pk__in=alive)
    names = [f"{worker.name} ({span(age(worker.last_seen, now))})" for worker in gone.order_by("-last_seen")[:8]]
    advice = "They went without a word in the last day: see whether their machines run and reach this site."
    return Check("Silent workers", ", ".join(names) or "none", bool(names), advice if names else "Nothing to do.")


def _engines(now: datetime.datetime) -> Check:
    rows = Worker.objects.alive(now).order_by().values_list("engine_digest").annotate(n=Count("pk"))
    mix = sorted(rows, key=lambda row: -row[1])
    ours = engine_digest()
    said = [f"{count(n, 'worker')} of {digest[:12]}{' (as the site)' if digest == ours else ''}" for digest, n in mix]
    is_wrong = any(digest != ours for digest, _ in mix)
    advice = (
        "Renew workers of another engine: their results can be compared within a tolerance only, and they may not read "
        "new recipes."
    )
    return Check("Engines", ", ".join(said) or "no worker is connected", is_wrong, advice if is_wrong else "All alike.")


def _pauses() -> Check:
    in_force = [f"{p.what}: {p.reason}" for p in Pause.objects.in_force().select_related("user")]
    advice = "Nothing new starts for these until the pause is lifted." if in_force else "Nothing to do."
    return Check("Pauses in force", "; ".join(in_force) or "none", bool(in_force), advice)


@dataclass(frozen=True)
class Job:
    name: str
    what_for: str
    last: SitePass | None
    is_late: bool
    advice: str


def jobs() -> list[Job]:
    now = timezone.now()
    passes = SitePass.objects.in_bulk()
    return [_job(name, passes.get(name), allowed, what_for, now) for name, (allowed, what_for) in JOBS.items()]


def _job(name: str, last: SitePass | None, allowed: float, what_for: str, now: datetime.datetime) -> Job:
    # Of a job that is due once in hours, no pass yet means no more than that the site is young.
    is_late = allowed < HOUR_SECONDS if last is None else age(last.last_at, now) > allowed
    if last and last.failed:
        return Job(name, what_for, last, is_late, f"It broke off: {last.failed}. It is tried again at its next turn.")
    return Job(name, what_for, last, is_late, SITE_JOBS if is_late else "")


def failure_counts() -> list[FailureCount]:
    """By kind, the most frequent of the last day first; kinds that did not occur are left out."""
    now = timezone.now()
    failed = Shard.objects.filter(state=State.FAILED, ended_at__gte=now - datetime.timedelta(days=1))
    last_day = _by_kind(failed)
    last_hour = _by_kind(failed.filter(ended_at__gte=now - datetime.timedelta(hours=1)))
    return [
        FailureCount(kind, KINDS[kind][0], OPERATOR_ADVICE[kind], last_hour.get(kind, 0), n, _newest(failed, kind))
        for kind, n in sorted(last_day.items(), key=lambda item: -item[1])
        if kind in KINDS
    ]


def _by_kind(failed: QuerySet[Shard]) -> dict[str, int]:
    return dict(failed.order_by().values_list("failure").annotate(n=Count("pk")))


def _newest(failed: QuerySet[Shard], kind: str) -> list[Shard]:
    return list(failed.filter(failure=kind).select_related("run", "worker").order_by("-ended_at")[:5])


OPERATOR_ADVICE: Mapping[str, str] = {
    FailureKind.OUT_OF_MEMORY: "If it is one worker, its announced memory is too high or its slots too many.",
    FailureKind.NOT_FINITE: "A matter of recipes, not of machines.",
    FailureKind.TIME_LIMIT: "A matter of recipes, unless one worker is much slower than it announces.",
    FailureKind.WORKER_LOST: "Three workers in a row fell silent: look at their logs, and at the network between.",
    FailureKind.STORAGE: "Look at the storage below, and at the disk of the worker named on the run's page.",
    FailureKind.INVALID: "Worker and site disagree: most often one of them runs another version.",
}
