"""A shard taken back before its worker is missed, or although it still speaks."""

import datetime

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from experiments.models import Lease, Run, Shard, State, Worker
from experiments.services.events import store_batch
from experiments.services.leases import Granted, claim_shard, extend_lease
from experiments.services.reclaiming import GRACE, reclaim_overdue
from experiments.services.refusals import Conflict
from experiments.services.runs import request_cancel
from experiments.services.workers import announce_worker
from problems.models import User
from tests.experiments.making import announcement, batch, claim, measured

pytestmark = pytest.mark.django_db


def announce(worker: Worker, instance: str, *, starting: bool = False) -> Worker:
    said = announcement(worker.name, instance=instance, starting=starting)
    return announce_worker(token=worker.token, announcement=said)


@pytest.fixture
def granted(shard: Shard, worker: Worker) -> Granted:
    announce(worker, "first", starting=True)
    return claim(shard, worker)


def test_a_worker_that_starts_anew_gives_back_what_it_held(shard: Shard, worker: Worker, granted: Granted) -> None:
    announce(worker, "second", starting=True)

    shard.refresh_from_db()
    assert (shard.state, shard.worker, shard.attempts) == (State.QUEUED, None, 1)
    assert Lease.objects.get().ended_as == Lease.End.LOST
    with pytest.raises(Conflict, match="is over"):
        extend_lease(lease=granted.lease)


def test_its_every_other_word_takes_nothing_back(shard: Shard, worker: Worker, granted: Granted) -> None:
    announce(worker, "first")
    announce(worker, "first", starting=True)  # the reply to its first word was lost

    shard.refresh_from_db()
    assert shard.state == State.RUNNING


def test_a_former_self_that_is_only_slow_can_steal_nothing(shard: Shard, worker: Worker, granted: Granted) -> None:
    announce(worker, "second", starting=True)
    held_again = claim(shard, worker)

    with pytest.raises(Conflict, match="taken for its former self") as refused:
        announce(worker, "first")

    assert refused.value.code == "replaced"
    assert extend_lease(lease=held_again.lease) is False


def test_the_answer_to_a_claim_that_was_lost_is_given_again(shard: Shard, worker: Worker) -> None:
    unheard = claim_shard(shard_id=shard.pk, worker=worker, key="k")
    heard = claim_shard(shard_id=shard.pk, worker=worker, key="k")

    assert heard.lease == unheard.lease and heard.lease.epoch == 1
    assert heard.recipe == unheard.recipe and heard.secret != unheard.secret
    shard.refresh_from_db()
    assert shard.attempts == 1


@pytest.mark.parametrize("change", ["other key", "no key", "spoken", "ended"])
def test_no_answer_is_given_again_to_anybody_else_or_later(change: str, shard: Shard, worker: Worker) -> None:
    granted = claim_shard(shard_id=shard.pk, worker=worker, key="k")
    if change == "spoken":
        store_batch(lease=granted.lease, batch=batch(granted, 0, measured((0, 0, 1.0))))
    if change == "ended":
        Lease.objects.update(ended_at=timezone.now())
    key = {"other key": "other", "no key": ""}.get(change, "k")
    with pytest.raises(Conflict, match="is running"):
        claim_shard(shard_id=shard.pk, worker=worker, key=key)


def test_a_worker_that_hangs_and_still_beats_loses_the_shard_at_the_time_limit(shard: Shard, granted: Granted) -> None:
    limit = datetime.timedelta(seconds=settings.RUN_TIME_LIMIT_SECONDS)
    with time_machine.travel(timezone.now() + limit + GRACE / 2):
        extend_lease(lease=granted.lease)
        assert reclaim_overdue() == 0
    with time_machine.travel(timezone.now() + limit + 2 * GRACE):
        extend_lease(lease=granted.lease)
        assert reclaim_overdue() == 1

    shard.refresh_from_db()
    assert (shard.state, shard.failure) == (State.FAILED, "time_limit")


def test_an_earlier_attempt_does_not_count_towards_the_time_limit(
    shard: Shard, worker: Worker, granted: Granted
) -> None:
    long_ago = timezone.now() - datetime.timedelta(seconds=2 * settings.RUN_TIME_LIMIT_SECONDS)
    announce(worker, "second", starting=True)
    Lease.objects.update(granted_at=long_ago)
    claim(shard, worker)

    assert reclaim_overdue() == 0


def test_a_worker_that_does_not_obey_a_cancel_is_not_waited_for(
    run: Run, shard: Shard, granted: Granted, alice: User
) -> None:
    request_cancel(run=run, by=alice)
    assert reclaim_overdue() == 0

    with time_machine.travel(timezone.now() + 2 * GRACE):
        extend_lease(lease=granted.lease)
        assert reclaim_overdue() == 1

    run.refresh_from_db()
    assert run.state == State.CANCELLED
