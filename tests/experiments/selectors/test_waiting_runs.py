"""What the page says of a run of many shards, and what becomes of a wait when its reason goes."""

import datetime

import pytest
from django.utils import timezone

from experiments.models import Run, Shard, Worker
from experiments.selectors.reasons import Reason, Wait
from experiments.selectors.waiting import PASSED_ON, of_run, shards_of, why_shards_wait
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.pauses import lift_pause, pause_class
from problems.models import User
from tests.experiments.conftest import Wakeups
from tests.experiments.making import claim, make_run, make_worker, succeeded

pytestmark = pytest.mark.django_db


def waits(run: Run):
    shards = list(run.shards.select_related(*PASSED_ON))
    found = why_shards_wait(shards)
    return [found.get(shard.pk) for shard in shards]


def wait_of(run: Run) -> Wait | None:
    shards = list(run.shards.select_related(*PASSED_ON).order_by("index"))
    return of_run(shards, why_shards_wait(shards))


def test_run_of_many_shards_says_how_many_wait(alice: User, worker: Worker) -> None:
    run = make_run(alice, seeds=(0, 1, 2), stack=1)
    claim(run.shards.get(index=0), worker)
    told = wait_of(run)
    assert told and told.sentence.startswith("Held: 1 shard; waiting: 2 shards. Shard 0: Worker bench-1 carries it out")
    assert [wait and wait.reason for wait in waits(run)] == [Reason.RUNNING, Reason.SLOTS_BUSY, Reason.BEHIND]
    assert [wait and wait.place for wait in waits(run)] == [None, 0, 1]
    assert waits(run)[2].sentence == "Waits behind shard 1 of this run."


def test_ended_shard_and_run_wait_for_nothing(run: Run, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert wait_of(run) is None
    assert waits(run) == [None]


def test_estimate_is_made_from_shards_that_ended_and_says_so(alice: User, worker: Worker) -> None:
    granted = claim(make_run(alice).shards.get(), worker)
    granted.lease.granted_at -= datetime.timedelta(seconds=60)
    granted.lease.save()
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    claim(make_run(alice).shards.get(), worker)
    make_run(alice)
    last = waits(make_run(alice))[0]
    assert last.place == 1 and last.seconds == pytest.approx(120, rel=0.02)
    assert last.rests_on == "the last shard that ended on cpu and gpu workers"


def test_first_estimate_is_made_from_what_workers_announce(alice: User, worker: Worker) -> None:
    claim(make_run(alice).shards.get(), worker)
    wait = waits(make_run(alice, steps=100_000))[0]
    assert wait.seconds == pytest.approx(Shard.objects.latest("pk").flops / 1e10)
    assert "the speed cpu and gpu workers announce" in wait.rests_on


def test_lifted_pause_lets_it_go_on_from_its_place(alice: User, worker: Worker, carol: User, broker: Wakeups) -> None:
    run = make_run(alice)
    pause = pause_class(hardware_class="cpu", reason="cooling", by=carol)
    make_worker(carol, hardware_class="gpu", slots=1)
    assert waits(run)[0].reason == Reason.NEXT  # any class will do, and the other is open
    pause_class(hardware_class="gpu", reason="cooling", by=carol)
    assert waits(run)[0].sentence.startswith("Class gpu and class cpu is paused")
    assert dispatch() == 0
    lift_pause(pause=pause, by=carol)
    assert dispatch() == 1


def test_shards_of_a_run_do_not_wait_behind_one_that_is_tried_again_later(alice: User, worker: Worker) -> None:
    run = make_run(alice, seeds=(0, 1), stack=1)
    run.shards.filter(index=0).update(not_before=timezone.now() + datetime.timedelta(minutes=1))
    assert [wait.reason for wait in waits(run)] == [Reason.LATER, Reason.SLOTS_BUSY]


def test_page_of_a_large_sweep_asks_few_questions(alice, worker, django_assert_max_num_queries) -> None:
    run = make_run(alice, seeds=tuple(range(40)), stack=1)
    claim(run.shards.get(index=0), worker)
    with django_assert_max_num_queries(16):
        assert wait_of(run)


def test_shard_claimed_while_its_page_is_made_breaks_nothing(run: Run, worker: Worker) -> None:
    shards = list(run.shards.select_related(*PASSED_ON))
    claim(run.shards.get(), worker)
    make_worker(worker.token.owner, "another")
    assert why_shards_wait(shards)[shards[0].pk].place == 0


def test_run_and_its_shards_are_told_as_they_were_at_one_moment(run: Run, shard: Shard, worker: Worker) -> None:
    assert run.state == "queued"
    claim(shard, worker)  # since the run was read
    [seen] = shards_of(run)

    assert (run.state, seen.state) == ("running", "running")
    assert run.started_at is not None
