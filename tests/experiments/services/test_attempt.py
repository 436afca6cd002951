"""A shard from the queue to its end, as a worker makes it go."""

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from experiments.models import Headline, Lease, Run, Shard, State, Worker
from experiments.protocol import ProgressEvent
from experiments.services.events import store_batch
from experiments.services.finishing import VERIFIED_AT_ONCE, finish_shard
from experiments.services.leases import extend_lease
from experiments.services.refusals import Conflict
from tests.experiments.conftest import Wakeups
from tests.experiments.making import artifact_event, batch, claim, measured, panel, stored_file, succeeded

pytestmark = pytest.mark.django_db


def test_attempt_ends_in_success(run: Run, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    run.refresh_from_db()
    assert run.state == State.RUNNING

    assert extend_lease(lease=granted.lease) is False
    first = stored_file("checkpoints/seed-0/step-0.safetensors", b"weights", seed=0, step=0)
    events = [
        measured((0, 0, 2.0), (1, 0, 2.1)),
        artifact_event("panels/curve.json", panel(0), kind="panel"),
        ProgressEvent(phase="training", step=50, steps=100, seconds_left=3.0),
    ]
    assert store_batch(lease=granted.lease, batch=batch(granted, 0, *events)).stored
    assert finish_shard(lease=granted.lease, outcome=succeeded(granted, first)) == State.SUCCEEDED

    shard.refresh_from_db()
    run.refresh_from_db()
    assert (shard.state, shard.step, shard.phase) == (State.SUCCEEDED, 100, "")
    assert run.state == State.SUCCEEDED and run.ended_at
    assert {a.name for a in shard.artifacts.all()} == {first.name, "panels/curve.json"}
    assert Lease.objects.get().ended_as == Lease.End.SUCCEEDED


def test_every_change_of_state_is_told_with_its_reason(run: Run, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    told = run.events.filter(shard=shard).values_list("old_state", "new_state", "text")
    assert list(told) == [
        ("queued", "running", "claimed by worker bench-1"),
        ("running", "succeeded", "the worker is done, and all 0 files are stored"),
    ]


def test_an_attempt_with_many_files_is_finishing_while_they_are_looked_for(shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    files = [stored_file(f"c{n}", b"the same", seed=0, step=n) for n in range(VERIFIED_AT_ONCE + 1)]
    finish_shard(lease=granted.lease, outcome=succeeded(granted, *files))
    told = shard.events.values_list("old_state", "new_state", "text")
    assert list(told)[1:] == [
        ("running", "finishing", "the worker is done"),
        ("finishing", "succeeded", "the worker is done, and all 21 files are stored"),
    ]


def test_recipe_that_is_not_valid_any_more_fails_once_and_says_so(run: Run, shard: Shard, worker: Worker) -> None:
    run.recipe.resolved["task"]["name"] = "a task of the past"
    run.recipe.save()
    with pytest.raises(Conflict, match="not valid any more"):
        claim(shard, worker)
    shard.refresh_from_db()
    assert (shard.state, shard.failure, shard.epoch) == (State.FAILED, "invalid", 0)
    assert "a task of the past" in shard.traceback


def test_free_slot_wakes_the_dispatcher(
    shard: Shard, worker: Worker, broker: Wakeups, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    granted = claim(shard, worker)
    with django_capture_on_commit_callbacks(execute=True):
        finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert broker == [("experiments.dispatch", (), "site")]


def test_the_headline_is_kept_once_the_run_has_ended(
    run: Run, shard: Shard, worker: Worker, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """And not before: it reads all that was measured, which must not hold a lock."""
    granted = claim(shard, worker)
    events = [measured((0, 0, 2.0), (1, 0, 4.0), (0, 9, 1.0), (1, 9, 1.0))]
    with django_capture_on_commit_callbacks(execute=True):
        finish_shard(lease=granted.lease, outcome=succeeded(granted, last_batch=batch(granted, 0, *events)))
        assert not Headline.objects.exists()
    kept = Headline.objects.get(run=run)
    assert kept.name and kept.points == [[0, 3.0], [9, 1.0]]
