"""What becomes of a shard whose attempt does not end well."""

import pytest
from django.utils import timezone

from experiments.models import Lease, Run, Shard, State, Usage, Worker
from experiments.protocol import Failure, FailureKind, Outcome
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.leases import Granted, extend_lease, reap_expired
from experiments.services.refusals import Conflict
from experiments.services.runs import request_cancel
from problems.models import User
from tests.experiments.conftest import Wakeups
from tests.experiments.making import claim, go_silent, succeeded

pytestmark = pytest.mark.django_db


def lose(shard: Shard, worker: Worker) -> Granted:
    shard.refresh_from_db()
    granted = claim(shard, worker)
    go_silent(shard)
    assert reap_expired() == 1
    shard.refresh_from_db()
    return granted


def fail(shard: Shard, worker: Worker, kind: FailureKind) -> str:
    granted = claim(shard, worker)
    failure = Failure(failure=kind, message="It broke.", hint="Mend it.", traceback="line 1")
    return finish_shard(
        lease=granted.lease, outcome=Outcome(epoch=granted.lease.epoch, result="failed", failure=failure)
    )


def test_shard_of_a_silent_worker_goes_back_to_the_queue(run: Run, shard: Shard, worker: Worker) -> None:
    lose(shard, worker)
    assert (shard.state, shard.worker, shard.lease_until, shard.dispatched_at) == (State.QUEUED, None, None, None)
    assert Lease.objects.get().ended_as == Lease.End.LOST
    told = run.events.get(new_state="queued", shard=shard).text
    assert told.startswith("worker_lost: Nothing heard from worker bench-1 for 45 s. Attempt 1 of 3")


def test_third_loss_fails_the_shard_with_a_reason_and_a_hint(run: Run, shard: Shard, worker: Worker) -> None:
    for _ in range(3):
        lose(shard, worker)
    assert (shard.state, shard.failure, shard.attempts) == (State.FAILED, "worker_lost", 3)
    assert shard.failure_message and shard.failure_hint
    run.refresh_from_db()
    assert run.state == State.FAILED and reap_expired() == 0


def test_shard_that_is_heard_of_is_left_alone(shard: Shard, worker: Worker) -> None:
    claim(shard, worker)
    assert reap_expired() == 0
    shard.refresh_from_db()
    assert shard.state == State.RUNNING


def test_heartbeat_just_before_the_reaper_keeps_the_shard(shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    go_silent(shard)
    extend_lease(lease=granted.lease)
    assert reap_expired() == 0


def test_lost_attempt_can_say_nothing_more(shard: Shard, worker: Worker) -> None:
    lost = lose(shard, worker)
    claim(shard, worker)
    for call in (
        lambda: extend_lease(lease=lost.lease),
        lambda: finish_shard(lease=lost.lease, outcome=succeeded(lost)),
    ):
        with pytest.raises(Conflict, match="epoch 1 of shard .* is over"):
            call()


def test_cancelled_shard_of_a_silent_worker_is_cancelled(run: Run, shard: Shard, worker: Worker, alice: User) -> None:
    claim(shard, worker)
    request_cancel(run=run, by=alice)
    go_silent(shard)
    reap_expired()
    shard.refresh_from_db()
    run.refresh_from_db()
    assert (shard.state, run.state) == (State.CANCELLED, State.CANCELLED)


@pytest.mark.parametrize("kind", [FailureKind.OUT_OF_MEMORY, FailureKind.NOT_FINITE, FailureKind.TIME_LIMIT, "invalid"])
def test_failure_that_would_come_again_is_final(kind: FailureKind, shard: Shard, worker: Worker) -> None:
    assert fail(shard, worker, kind) == State.FAILED
    shard.refresh_from_db()
    assert (shard.failure, shard.failure_message, shard.failure_hint) == (kind, "It broke.", "Mend it.")
    assert shard.traceback == "line 1" and shard.worker == worker


def test_failure_of_the_storage_is_tried_again(shard: Shard, worker: Worker) -> None:
    assert fail(shard, worker, FailureKind.STORAGE) == State.QUEUED
    shard.refresh_from_db()
    assert (shard.attempts, shard.failure) == (1, "")


def test_it_is_offered_again_only_later_and_later_still_the_next_time(shard: Shard, worker: Worker, broker: Wakeups):
    for minutes in (1, 2):
        fail(shard, worker, FailureKind.STORAGE)
        shard.refresh_from_db()
        assert shard.not_before is not None and shard.attempts == minutes
        assert (shard.not_before - timezone.now()).total_seconds() == pytest.approx(60 * minutes, abs=5)
        assert dispatch() == 0
        Shard.objects.update(not_before=timezone.now())
        assert dispatch() == 1
        shard.refresh_from_db()


def test_a_lost_shard_is_offered_again_at_once(shard: Shard, worker: Worker, broker: Wakeups) -> None:
    lose(shard, worker)
    assert dispatch() == 1


def test_shard_given_back_by_a_stopping_worker_costs_no_attempt(shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    assert finish_shard(lease=granted.lease, outcome=Outcome(epoch=1, result="cancelled")) == State.QUEUED
    shard.refresh_from_db()
    assert (shard.attempts, shard.epoch) == (0, 1)


def test_time_of_an_attempt_is_charged_unless_the_site_lost_it(shard: Shard, worker: Worker, alice: User) -> None:
    lose(shard, worker)
    shard.refresh_from_db()
    fail(shard, worker, FailureKind.NOT_FINITE)
    lost, failed = Lease.objects.order_by("pk")
    assert lost.charged_seconds == 0 < failed.charged_seconds
    assert Usage.objects.get(user=alice).total_seconds == pytest.approx(failed.charged_seconds)
