"""The reasons a shard in the queue, or in the hands of a worker, has not ended; each with one plain sentence."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from experiments.models import Pause, Shard, State, Worker
from experiments.models.runs import WAKE_UP_LIFETIME
from experiments.protocol import HEARTBEAT_SECONDS, LEASE_SECONDS
from experiments.selectors.queue_order import classes_of, competing, n_own_before
from experiments.selectors.supply import A_WHILE, ON_TIME, Supply
from experiments.services.admission import awaited_by, reads

PASSES = {"dispatcher": "dispatch", "reaper": "reaper"}  # the names under which they note their passes
SWEEP_SECONDS = 5.0  # the dispatcher looks at least this often
QUIET_SECONDS = 3 * HEARTBEAT_SECONDS  # a holder that missed three heartbeats is called silent


class Reason(StrEnum):
    PERSON_PAUSED = "person_paused"
    CLASS_PAUSED = "class_paused"
    OFFERED = "offered"
    NOT_TAKEN = "not_taken"
    LATER = "later"
    NO_WORKER = "no_worker"
    ENGINE_TOO_OLD = "engine_too_old"
    TOO_LARGE = "too_large"
    QUOTA = "quota"
    NO_ROOM = "no_room"
    SLOTS_BUSY = "slots_busy"
    NEXT = "next"
    BROKER_AWAY = "broker_away"
    DISPATCHER_AWAY = "dispatcher_away"
    BEHIND = "behind"
    RETRY = "retry"
    SILENT = "silent"
    CANCELLING = "cancelling"
    FINISHING = "finishing"
    RUNNING = "running"


@dataclass(frozen=True)
class Wait:
    reason: Reason
    sentence: str
    since: datetime.datetime
    place: int | None = None  # shards that come before it
    seconds: float | None = None  # about how long until it starts, or until it ends where it runs
    rests_on: str = ""  # what that estimate rests on
    n_own: int = 0  # of those before it, the ones of the same person


def held_wait(shard: Shard, supply: Supply, *, since: datetime.datetime) -> Wait:
    if shard.worker is None or shard.lease_until is None:
        sentence = f"Held by a worker that was removed; back in the queue within {LEASE_SECONDS} s."
        return Wait(Reason.SILENT, sentence, since)
    name = shard.worker.name
    silent = LEASE_SECONDS - (shard.lease_until - supply.now).total_seconds()
    heard = f"last heard of {span(silent)} ago"
    if shard.lease_until < supply.now:
        when = f"when {_last_at_work('reaper', supply)}" if supply.is_away("reaper") else "now"
        return Wait(Reason.SILENT, f"Worker {name} is silent, {heard}; the shard goes back to the queue {when}.", since)
    if shard.run.is_cancel_requested:
        asked_at = shard.run.cancel_requested_at or since
        return Wait(Reason.CANCELLING, f"Being cancelled: worker {name} is told at its next word, {heard}.", asked_at)
    if silent > QUIET_SECONDS:
        rest = f"the shard goes back to the queue in {span(LEASE_SECONDS - silent)} unless it speaks"
        return Wait(Reason.SILENT, f"Worker {name} is silent, {heard}; {rest}.", since)
    if shard.state == State.FINISHING:
        return Wait(Reason.FINISHING, f"Worker {name} is done; the site verifies its files.", since)
    sentence = f"Worker {name} carries it out, {heard}."
    left = shard.seconds_left
    return Wait(Reason.RUNNING, sentence, since, seconds=left, rests_on="" if left is None else "its pace so far")


def is_offered(shard: Shard, now: datetime.datetime) -> bool:
    return shard.dispatched_at is not None and now - shard.dispatched_at < WAKE_UP_LIFETIME


def queued_wait(shard: Shard, supply: Supply, *, since: datetime.datetime) -> Wait:
    """Why it waits, and at which place: one that a reason stands against keeps its place meanwhile."""
    wait = _reason_against(shard, supply, since=since)
    if wait.place is not None or wait.reason == Reason.PERSON_PAUSED:
        return wait
    n_own = n_own_before(shard, competing(shard.hardware_class))
    return at_place(wait, n_own, shard, supply)


def at_place(wait: Wait, n_own: int, shard: Shard, supply: Supply) -> Wait:
    place = supply.line(shard.hardware_class).before(shard.submitter_id, n_own)
    return replace(wait, place=place, n_own=n_own)


def _reason_against(shard: Shard, supply: Supply, *, since: datetime.datetime) -> Wait:
    """The first of the reasons that stand against it; with none of them it waits for its turn."""
    classes = classes_of(shard.hardware_class)
    open_classes = [c for c in classes if c not in supply.paused_classes]
    person = supply.paused_people.get(shard.submitter_id or 0)
    if person:
        return _paused(Reason.PERSON_PAUSED, f"The runs of {person.user}", person)
    if not open_classes:
        pause = supply.paused_classes[classes[0]]
        return _paused(Reason.CLASS_PAUSED, f"Class {' and class '.join(classes)}", pause)
    if is_offered(shard, supply.now):
        return _offered(shard, open_classes, supply)
    if shard.not_before is not None and not shard.is_due(supply.now):
        at = f"{shard.not_before:%H:%M:%S} UTC"
        return Wait(Reason.LATER, f"It is tried again at {at}: the storage is given time to recover.", since)
    workers = supply.workers_of(open_classes)
    if not workers:
        return _no_worker(open_classes, supply, since)
    return _unfit(shard, workers, supply, since) or _turn(shard, open_classes, supply, since)


def _paused(reason: Reason, what: str, pause: Pause) -> Wait:
    verb = "are" if reason == Reason.PERSON_PAUSED else "is"
    who = f"by {pause.paused_by}" if pause.paused_by else "by a curator"
    ends = "It keeps its place, and goes on when the pause is lifted."
    return Wait(reason, f"{what} {verb} paused {who}: {pause.reason.rstrip('.')}. {ends}", pause.paused_at)


def _offered(shard: Shard, classes: Sequence[str], supply: Supply) -> Wait:
    assert shard.dispatched_at is not None  # or it is not offered
    ago = span((supply.now - shard.dispatched_at).total_seconds())
    offer = f"Offered to a {shard.dispatched_to} worker {ago} ago; not taken yet."
    first = shard.offered_since
    if first is None or supply.now - first < A_WHILE or supply.n_idle_slots(classes) <= 0:
        return Wait(Reason.OFFERED, offer, shard.dispatched_at, place=0)
    names = ", ".join(worker.name for worker in supply.workers_of(classes)[:3])
    why = f"It has been offered for {span((supply.now - first).total_seconds())}, and workers say that they are free"
    return Wait(Reason.NOT_TAKEN, f"{offer} {why} ({names}): see whether they reach the broker.", first, place=0)


def _no_worker(classes: Sequence[str], supply: Supply, since: datetime.datetime) -> Wait:
    wanted = "any class" if len(classes) > 1 else f"class {classes[0]}"
    newest = Worker.objects.filter(hardware_class__in=classes).order_by("-last_seen").first()
    if newest is None:
        told = f"No worker of {wanted} is connected and none has ever been."
    elif newest.disk_full:
        told = f"Every connected worker of {wanted} has a full disk, is stopping or asked to take nothing new."
    elif newest.stopping or newest.drain_requested_at:
        told = f"Every connected worker of {wanted} is stopping or asked to take nothing new."
    else:
        told = f"No worker of {wanted} is connected since {newest.last_seen:%Y-%m-%d %H:%M} UTC."
    others = ", ".join(f"{n} of class {c}" for c in ("cpu", "gpu") if (n := len(supply.workers_of([c]))))
    connected = f" Connected: {others}." if others else ""
    return Wait(Reason.NO_WORKER, f"{told}{connected} The shard starts when one is there.", since)


def _unfit(shard: Shard, workers: Sequence[Worker], supply: Supply, since: datetime.datetime) -> Wait | None:
    """Workers are there and none can take it, whatever its turn."""
    readers = [worker for worker in workers if reads(worker, shard.run.recipe.vocabulary)]
    if not readers:
        sentence = "Every connected worker has an older engine, which does not read this recipe; one must be renewed."
        return Wait(Reason.ENGINE_TOO_OLD, sentence, since)
    needs = shard.memory_bytes
    if not any(worker.memory_bytes >= needs or not worker.memory_bytes for worker in readers):
        largest = max(worker.memory_bytes for worker in readers)
        sentence = f"Needs {gib(needs)} of memory; the largest connected worker has {gib(largest)}."
        return Wait(Reason.TOO_LARGE, sentence, since)
    limit = supply.running_limit(shard.submitter_id)
    if supply.in_hand[shard.submitter_id].n_shards >= limit:
        sentence = f"Waits for another shard of {shard.submitter or 'its submitter'}: at most {limit} run at once."
        return Wait(Reason.QUOTA, sentence, since)
    free = [worker for worker in readers if worker.slots > supply.held[worker.pk][0] and worker.memory_bytes]
    awaited = [awaited_by(worker, now=supply.now) for worker in free]
    if free and all(other is not None and other.pk != shard.pk for other in awaited):
        sentence = "Waits while the free workers are kept for a larger shard that has found no room for minutes."
        return Wait(Reason.NO_ROOM, sentence, since)
    roomiest = max((supply.free_memory(worker) for worker in free), default=needs)
    if free and roomiest < needs:
        sentence = f"Needs {gib(needs)} of memory; the worker with most room beside what it runs has {gib(roomiest)}."
        return Wait(Reason.NO_ROOM, sentence, since)
    return None


def _turn(shard: Shard, classes: Sequence[str], supply: Supply, since: datetime.datetime) -> Wait:
    n_own = n_own_before(shard, competing(shard.hardware_class))
    return turn_after(n_own, shard, classes, supply, since=since)


def turn_after(n_own: int, shard: Shard, classes: Sequence[str], supply: Supply, *, since: datetime.datetime) -> Wait:
    """Its turn has not come: so many shards of the same person are before it, and others by fair shares."""
    place = supply.line(shard.hardware_class).before(shard.submitter_id, n_own)
    n_slots, n_free = supply.n_slots(classes), supply.n_free_slots(classes)
    reason = Reason.RETRY if shard.attempts else Reason.NEXT if place < n_free else Reason.SLOTS_BUSY
    if place < n_free:
        sentence = f"A slot is free: it is offered to a worker within {SWEEP_SECONDS:.0f} s."
        wait = Wait(reason, sentence, since, place, SWEEP_SECONDS, "the dispatcher's rounds", n_own)
        return _not_offered(wait, supply) or wait
    seconds, rests_on = _estimate(place - n_free + 1, shard, classes, supply)
    kind = "" if shard.hardware_class == "any" else f"{shard.hardware_class} "
    waits_for = f"Waits for a free {kind}slot: {count(place, 'shard')} before it, {count(n_slots, 'slot')} in all."
    return Wait(reason, waits_for, since, place, seconds, rests_on, n_own)


def _not_offered(wait: Wait, supply: Supply) -> Wait | None:
    """Its turn has come, and yet no message goes out."""
    last = supply.last_pass("dispatch")
    if supply.is_away("dispatch") and supply.now - wait.since > ON_TIME:
        sentence = f"A slot is free: it is offered to a worker when {_last_at_work('dispatcher', supply)}."
        return replace(wait, reason=Reason.DISPATCHER_AWAY, sentence=sentence, seconds=None, rests_on="")
    if last and last.failed:
        sentence = f"A slot is free, and no worker can be told: {last.failed}. It is tried every {SWEEP_SECONDS:.0f} s."
        return replace(wait, reason=Reason.BROKER_AWAY, sentence=sentence, seconds=None, rests_on="")
    return None


def _last_at_work(job: str, supply: Supply) -> str:
    last = supply.last_pass(PASSES[job])
    ago = f"last at work {span((supply.now - last.last_at).total_seconds())} ago" if last else "never seen at work"
    return f"the site's {job} is back, {ago}"


def _estimate(n_endings: int, shard: Shard, classes: Sequence[str], supply: Supply) -> tuple[float | None, str]:
    """Until so many shards have ended on the slots there are, were all alike."""
    pace = supply.pace(classes)
    if pace is None:
        return None, ""
    each = pace.seconds_per_shard or shard.flops / pace.flops_per_second
    return n_endings * each / max(supply.n_slots(classes), 1), pace.said


def count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def span(seconds: float) -> str:
    seconds = max(int(seconds), 0)
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def gib(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GiB" if n_bytes >= 2**29 else f"{n_bytes / 2**20:.1f} MiB"
