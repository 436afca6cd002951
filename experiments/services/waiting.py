"""Why something has not ended yet: one plain sentence, and the place in the queue."""

import datetime
from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from experiments.models import Run, Shard, State, Worker
from experiments.models.runs import WAKE_UP_LIFETIME
from experiments.services.dispatch import held_per_user

CLASSES = ("cpu", "gpu")


def why_run_waits(run: Run) -> str:
    """What its shards wait for; empty once the run has ended."""
    shards = list(run.shards.live().select_related("worker", "run").order_by("index"))
    if not shards:
        return ""
    sentences = why_shards_wait(shards)
    told = next((shard for shard in shards if shard.is_held), shards[0])
    if len(shards) == 1:
        return sentences[told.pk]
    n_held = sum(shard.is_held for shard in shards)
    held, waiting = _count(n_held, "shard"), _count(len(shards) - n_held, "shard")
    return f"Held: {held}; waiting: {waiting}. Shard {told.index}: {sentences[told.pk]}"


def why_shards_wait(shards: Sequence[Shard]) -> dict[int, str]:
    """The sentence of each shard by primary key. Of those of one run that queue, only the first asks for its place."""
    now = timezone.now()
    sentences: dict[int, str] = {}
    first_queued: dict[int, int] = {}
    for shard in sorted(shards, key=lambda shard: (shard.run_id, shard.index)):
        if shard.state == State.QUEUED and not _is_offered(shard, now) and shard.run_id in first_queued:
            sentences[shard.pk] = f"Waits behind shard {first_queued[shard.run_id]} of this run."
            continue
        sentences[shard.pk] = why_shard_waits(shard, now=now)
        if shard.state == State.QUEUED and not _is_offered(shard, now):
            first_queued[shard.run_id] = shard.index
    return sentences


def why_shard_waits(shard: Shard, *, now: datetime.datetime | None = None) -> str:
    """What this shard waits for, and since when; empty once it has ended."""
    now = now or timezone.now()
    if shard.is_ended:
        return ""
    if shard.is_held:
        return _held(shard, now)
    if shard.dispatched_at and _is_offered(shard, now):
        return f"Offered to a {shard.dispatched_to} worker {_ago(shard.dispatched_at, now)}; not taken yet."
    return _queued(shard, now)


def _is_offered(shard: Shard, now: datetime.datetime) -> bool:
    return shard.dispatched_at is not None and now - shard.dispatched_at < WAKE_UP_LIFETIME


def _held(shard: Shard, now: datetime.datetime) -> str:
    if shard.worker is None or shard.lease_until is None:
        return "Held by a worker that is no longer known."
    name = shard.worker.name
    heard = _ago(shard.worker.last_seen, now)
    if shard.lease_until < now:
        return f"Held by worker {name}, last heard of {heard}; it goes back to the queue in a moment."
    if shard.run.is_cancel_requested:
        return f"Cancelled; worker {name} is told at its next word. Last heard of {heard}."
    if shard.state == State.FINISHING:
        return f"Worker {name} is done; its files are being verified."
    return f"Held by worker {name}, last heard of {heard}."


def _queued(shard: Shard, now: datetime.datetime) -> str:
    classes = CLASSES if shard.hardware_class == "any" else (shard.hardware_class,)
    wanted = "any class" if shard.hardware_class == "any" else f"class {shard.hardware_class}"
    workers = Worker.objects.filter(hardware_class__in=classes)
    n_slots = workers.accepting(now).aggregate(n=Sum("slots"))["n"] or 0
    if not n_slots:
        newest = workers.order_by("-last_seen").first()
        since = f" since {newest.last_seen:%Y-%m-%d %H:%M} UTC" if newest else " and none has ever been"
        return f"No worker of {wanted} is connected{since}. The shard starts when one is."
    allowed = settings.RUNNING_SHARDS_PER_USER
    if held_per_user(now)[shard.run.submitter_id] >= allowed:
        return f"Waits for one of your other shards: at most {allowed} run at once for one person."
    before = place_in_queue(shard)
    kind = "" if shard.hardware_class == "any" else f"{shard.hardware_class} "
    return f"Waits for a free {kind}slot: {_count(before, 'shard')} before it, {_count(n_slots, 'slot')} in all."


def place_in_queue(shard: Shard) -> int:
    """Queued shards that came earlier. Fair shares may let a later one pass, or this one pass earlier ones."""
    earlier = Q(queued_at__lt=shard.queued_at) | Q(queued_at=shard.queued_at, pk__lt=shard.pk)
    return Shard.objects.queued().filter(earlier).count()


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _ago(then: datetime.datetime, now: datetime.datetime) -> str:
    seconds = max(int((now - then).total_seconds()), 0)
    if seconds < 120:
        return f"{seconds} s ago"
    if seconds < 7200:
        return f"{seconds // 60} min ago"
    return f"{seconds // 3600} h ago"
