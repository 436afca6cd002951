"""The states of shards and runs: which moves there are, and the one way to make them.

Whoever changes a run or its shards locks the run first and a shard second, so that no two wait for each other.
"""

from functools import partial
from typing import Any

import structlog
from django.db import models, transaction
from django.utils import timezone

from experiments.models import ENDED, Run, RunEvent, Shard, State
from experiments.services.headlines import keep_headline
from experiments.services.laptop_times import keep_time_of
from problems.services.listed import relist
from problems.services.run_news import run_ended

MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset({State.FINISHING, State.SUCCEEDED, State.QUEUED, State.FAILED, State.CANCELLED}),
    State.FINISHING: frozenset({State.SUCCEEDED, State.QUEUED, State.FAILED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


log = structlog.get_logger(__name__)


class ForbiddenMove(RuntimeError):
    """A move that is not in the table: a mistake in our code, never in a request."""


def lock_run(run_id: int) -> Run:
    """The run, locked until the transaction ends. Weak enough for rows that point to it to be inserted meanwhile."""
    return Run.objects.select_for_update(no_key=True).get(pk=run_id)


def move_shard(shard: Shard, to: State, *, reason: str, locked: Run | None = None, **changes: Any) -> bool:
    """Move a shard from the state and epoch it was seen in; False, and nothing done, if it has moved on since.

    `locked` is its run, where the caller has locked it in this transaction already.
    """
    old = State(shard.state)
    if to not in MOVES[old]:
        raise ForbiddenMove(f"shard {shard.pk}: {old} -> {to}; allowed: {sorted(MOVES[old]) or 'none'}")
    if to in ENDED:
        changes["ended_at"] = timezone.now()
    with transaction.atomic(savepoint=False):  # within a transaction, a failure is of the whole of it
        run = locked or lock_run(shard.run_id)
        seen = Shard.objects.filter(pk=shard.pk, state=old, epoch=shard.epoch)
        if not seen.update(state=to, **changes):
            return False
        _take_over(shard, {"state": to.value} | changes)
        _move(run, old, to, reason, shard=shard).save()
        if not run.state == to == State.RUNNING:  # one shard that runs is enough for a run to run
            _follow_shards(run)
    ids = {"run": run.pk, "shard": shard.pk, "epoch": shard.epoch}
    log.info("shard_moved", old=old.value, new=to.value, reason=reason[:200], **ids)
    return True


def _take_over(shard: Shard, changes: dict[str, Any]) -> None:
    """What was written to the row; only what the database worked out is read back."""
    computed = [name for name, value in changes.items() if hasattr(value, "resolve_expression")]
    for name in changes.keys() - set(computed):
        setattr(shard, name, changes[name])
    if computed:
        shard.refresh_from_db(fields=computed)


def cancel_queued_shards(run: Run, *, reason: str) -> None:
    """Move every waiting shard of a locked run at once; a sweep may have thousands."""
    waiting = list(run.shards.select_for_update(no_key=True).filter(state=State.QUEUED).order_by("pk"))
    Shard.objects.filter(pk__in=[shard.pk for shard in waiting]).update(
        state=State.CANCELLED, ended_at=timezone.now(), dispatched_at=None, dispatched_to=""
    )
    RunEvent.objects.bulk_create(
        [_move(run, State.QUEUED, State.CANCELLED, reason, shard=shard) for shard in waiting], batch_size=200
    )
    _follow_shards(run)


def _follow_shards(run: Run) -> None:
    """Bring the state of a locked run in line with its shards. What it costs does not grow with their number, but for
    the few times that the run itself moves."""
    new = state_of_run(Shard.objects.states_in(run.pk))
    if new == run.state:
        return
    counts = Shard.objects.filter(run=run).order_by().values_list("state").annotate(n=models.Count("pk"))
    old, run.state = State(run.state), new
    now = timezone.now()
    if run.started_at is None and new not in {State.QUEUED, State.CANCELLED}:
        run.started_at = now
    if new in ENDED:
        run.ended_at = now
    run.save(update_fields=["state", "started_at", "ended_at"])
    _move(run, old, new, ", ".join(f"{n} {state}" for state, n in sorted(counts))).save()
    if new in ENDED:
        # Reads all that was measured, so nothing is locked any more; lists do without it where it was never kept.
        transaction.on_commit(partial(keep_headline, run), robust=True)
        _tell_catalogue(run)


def _tell_catalogue(run: Run) -> None:
    is_success = run.state == State.SUCCEEDED
    if is_success:
        keep_time_of(run)
        relist(run.recipe.problem_id)
    run_ended(
        run.recipe.problem,
        run.submitter,
        title=f"run {run.pk}, {run.recipe.title}",
        url=run.get_absolute_url(),
        is_success=is_success,
    )


def state_of_run(states: set[State]) -> State:
    """The state of a run whose shards are in these states."""
    if states <= {State.QUEUED}:
        return State.QUEUED
    if states <= set(ENDED):
        worst_first = (State.FAILED, State.CANCELLED, State.SUCCEEDED)
        return next(state for state in worst_first if state in states)
    if not states & {State.QUEUED, State.RUNNING}:
        return State.FINISHING
    return State.RUNNING


def _move(run: Run, old: State, new: State, reason: str, *, shard: Shard | None = None) -> RunEvent:
    return RunEvent(
        run=run,
        shard=shard,
        kind=RunEvent.Kind.STATE,
        epoch=shard.epoch if shard else 0,
        old_state=old,
        new_state=new,
        text=reason[:2000],
    )
