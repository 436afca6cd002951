"""A recipe becomes a run with all its shards, or is refused with a reason; and is called off."""

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from experiments.models import Run, RunEvent, Shard, State, Worker
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import claim_shard
from experiments.services.refusals import Conflict, Forbidden, Refused
from experiments.services.runs import request_cancel, submit_run
from problems.models import User
from tests.experiments.conftest import Wakeups
from tests.experiments.making import batch, claim, make_recipe, make_run, succeeded

pytestmark = pytest.mark.django_db

SWEEP = '[sweep]\n"task.modulus" = [5, 7]\n"training.steps" = [10, 20]\n'


def test_every_grid_point_and_stack_becomes_a_shard(alice: User) -> None:
    run = make_run(alice, seeds=(0, 1, 2), stack=2, sweep=SWEEP)
    found = run.shards.values_list("index", "point", "seeds", "steps")
    assert list(found)[:3] == [(0, 0, [0, 1], 10), (1, 0, [2], 10), (2, 1, [0, 1], 20)]
    assert found.count() == 8
    assert run.shards.get(index=7).overrides == {"task.modulus": 7, "training.steps": 20}


def test_dispatcher_is_woken_once_the_run_is_stored(
    alice: User, broker: Wakeups, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_run(alice)
    assert broker == [("experiments.dispatch", (), "site")]


def test_quota_is_refused_with_the_numbers(alice: User, settings: Any) -> None:
    settings.LIVE_SHARDS_PER_USER = 3
    make_run(alice, seeds=(0, 1), stack=1)
    with pytest.raises(Refused, match="shards waiting or running: this run needs 2; 2 are used; allowed: 3") as refused:
        make_run(alice, seeds=(0, 1), stack=1)
    assert refused.value.http_status == 429
    assert Run.objects.count() == 1 and Shard.objects.count() == 2


def test_run_no_worker_could_hold_is_refused(alice: User, worker: Worker) -> None:
    recipe = make_recipe(alice)
    Worker.objects.update(memory_bytes=1000)
    with pytest.raises(Refused, match="the largest worker, bench-1, has 0.0 GiB") as refused:
        submit_run(recipe=recipe, submitter=alice)
    assert refused.value.code == "too_large_for_workers" and not Run.objects.exists()


def test_run_follows_its_shards(alice: User, worker: Worker) -> None:
    run = make_run(alice, seeds=(0, 1), stack=1)
    seen = []
    for shard in run.shards.order_by("index"):
        granted = claim(shard, worker)
        run.refresh_from_db()
        seen.append(run.state)
        finish_shard(lease=granted.lease, outcome=succeeded(granted))
        run.refresh_from_db()
        seen.append(run.state)
    assert seen == ["running", "running", "running", "succeeded"]
    assert run.started_at and run.ended_at


def test_cancel_ends_what_waits_and_tells_who_asked(alice: User) -> None:
    run = request_cancel(run=make_run(alice, seeds=(0, 1, 2), stack=1), by=alice)
    assert run.state == State.CANCELLED and run.ended_at
    assert set(run.shards.values_list("state", flat=True)) == {"cancelled"}
    told = RunEvent.objects.filter(run=run, shard=None).get()
    assert (told.new_state, told.text) == ("cancelled", "3 cancelled")
    assert RunEvent.objects.filter(run=run, text="cancelled by @alice").count() == 3


def test_cancel_reaches_the_worker_with_its_next_word(run: Run, shard: Shard, worker: Worker, alice: User) -> None:
    granted = claim(shard, worker)
    assert request_cancel(run=run, by=alice).state == State.RUNNING
    assert store_batch(lease=granted.lease, batch=batch(granted, 0)).cancel
    outcome = succeeded(granted).model_copy(update={"result": "cancelled"})
    assert finish_shard(lease=granted.lease, outcome=outcome) == State.CANCELLED
    run.refresh_from_db()
    assert run.state == State.CANCELLED


def test_cancelled_run_is_not_claimed(run: Run, shard: Shard, worker: Worker, alice: User) -> None:
    request_cancel(run=run, by=alice)
    with pytest.raises(Conflict, match="cancelled"):
        claim_shard(shard_id=shard.pk, worker=worker)


def test_cancelling_twice_changes_nothing(run: Run, alice: User) -> None:
    first = request_cancel(run=run, by=alice).cancel_requested_at
    assert request_cancel(run=run, by=alice).cancel_requested_at == first


def test_only_the_submitter_or_a_curator_cancels(run: Run, bob: User, carol: User) -> None:
    with pytest.raises(Forbidden):
        request_cancel(run=run, by=bob)
    assert request_cancel(run=run, by=carol).state == State.CANCELLED
