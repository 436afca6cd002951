"""Why something has not ended yet: the reason, since when, its place in the queue, and how long it may still take."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Max

from experiments.models import Lease, Run, RunEvent, Shard, State
from experiments.protocol import MAX_ATTEMPTS
from experiments.selectors.queue_order import classes_of
from experiments.selectors.reasons import (
    Reason,
    Wait,
    at_place,
    count,
    held_wait,
    is_offered,
    queued_wait,
    span,
    turn_after,
)
from experiments.selectors.supply import Supply

OF_A_TURN = frozenset({Reason.SLOTS_BUSY, Reason.NEXT, Reason.RETRY})
PASSED_ON = ("worker", "submitter", "run__recipe")  # what the sentences read; load it with the shards
MOVES_WITH_SHARDS = ("state", "started_at", "ended_at", "cancel_requested_at")


def shards_of(run: Run) -> list[Shard]:
    """Its shards in order, with what the sentences read. The run itself is brought to where it was in that one look:
    read before it, it might still be queued while a worker carries its shard out."""
    shards = list(run.shards.select_related(*PASSED_ON).order_by("index"))
    for name in MOVES_WITH_SHARDS if shards else ():
        setattr(run, name, getattr(shards[0].run, name))
    return shards


def of_run(shards: Sequence[Shard], waits: dict[int, Wait]) -> Wait | None:
    """The wait of the shard that is furthest, with the numbers of the others before it."""
    live = [shard for shard in shards if shard.pk in waits]
    if not live:
        return None
    told = next((shard for shard in live if shard.is_held), live[0])
    wait = waits[told.pk]
    if len(live) == 1:
        return wait
    n_held = sum(shard.is_held for shard in live)
    numbers = f"Held: {count(n_held, 'shard')}; waiting: {count(len(live) - n_held, 'shard')}."
    return replace(wait, sentence=f"{numbers} Shard {told.index}: {wait.sentence}")


def why_shards_wait(shards: Sequence[Shard], supply: Supply | None = None) -> dict[int, Wait]:
    """The wait of each shard by primary key; an ended one has none.

    Of those of one run that queue for the same workers, only the first asks for its place: the others follow it.
    """
    supply = supply or Supply()
    live = sorted((s for s in shards if not s.is_ended), key=lambda shard: (shard.run_id, shard.index))
    since, failed = _since(live), _last_failures(live)
    waits: dict[int, Wait] = {}
    first: dict[tuple[int, str], tuple[Shard, int]] = {}  # of each run and class: its first in the queue, and how many
    for shard in live:
        changed_at = since.get(shard.pk, shard.queued_at)
        if shard.is_held:
            waits[shard.pk] = held_wait(shard, supply, since=changed_at)
            continue
        if shard.not_before is not None and shard.is_due(supply.now):
            changed_at = max(changed_at, shard.not_before)  # it has waited for its turn only since then
        is_apart = is_offered(shard, supply.now) or not shard.is_due(supply.now)  # others do not wait behind it
        leader, n_between = first.get((shard.run_id, shard.hardware_class), (None, 0))
        if leader is None or is_apart:
            wait = queued_wait(shard, supply, since=changed_at)
        else:
            wait = _follow(shard, leader, waits[leader.pk], n_between, supply, since=changed_at)
        if not is_apart:
            first[shard.run_id, shard.hardware_class] = (leader or shard, n_between + 1)
        waits[shard.pk] = _after_failure(wait, failed.get(shard.pk), shard, supply.now)
    return waits


def _follow(
    shard: Shard, leader: Shard, wait: Wait, n_between: int, supply: Supply, *, since: datetime.datetime
) -> Wait:
    """Behind the first of its run; each in between is one place more."""
    if wait.reason not in OF_A_TURN or wait.place is None:
        sentence = f"Waits behind shard {leader.index} of this run, for the same reason."
        behind = Wait(wait.reason, sentence, wait.since)
        return behind if wait.place is None else at_place(behind, wait.n_own + n_between, shard, supply)
    classes = [c for c in classes_of(shard.hardware_class) if c not in supply.paused_classes]
    turn = turn_after(wait.n_own + n_between, shard, classes, supply, since=since)
    return replace(turn, reason=Reason.BEHIND, sentence=f"Waits behind shard {leader.index} of this run.")


def _since(shards: Sequence[Shard]) -> dict[int, datetime.datetime]:
    """When each shard came into the state it is in; one that never changed is left out."""
    moved = [shard.pk for shard in shards if shard.epoch]
    changes = RunEvent.objects.filter(shard__in=moved, kind=RunEvent.Kind.STATE).order_by()
    return dict(changes.values_list("shard").annotate(at=Max("at")))


def _last_failures(shards: Sequence[Shard]) -> dict[int, Lease]:
    """The attempt before, of shards that wait for another."""
    waiting = [shard.pk for shard in shards if shard.attempts and shard.state == State.QUEUED]
    return {lease.shard_id: lease for lease in Lease.objects.filter(shard__in=waiting).order_by("epoch")}


def _after_failure(wait: Wait, last: Lease | None, shard: Shard, now: datetime.datetime) -> Wait:
    if last is None or last.ended_at is None:
        return wait
    what = "its worker was lost" if last.ended_as == Lease.End.LOST else "it failed for a reason that may pass"
    ago = span((now - last.ended_at).total_seconds())
    before = f"Attempt {shard.attempts} of {MAX_ATTEMPTS} ended {ago} ago: {what}."
    return replace(wait, sentence=f"{before} {wait.sentence}")
