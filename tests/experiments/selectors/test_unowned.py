"""A shard without an owner for a minute: never seen where the site's jobs run, and seen at once where they do not."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from experiments.models import Shard, Worker
from experiments.selectors.unowned import shards_without_owner
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.leases import reap_expired
from experiments.services.passes import noted
from experiments.services.pauses import pause_class
from experiments.services.workers import announce_worker
from problems.models import User
from tests.experiments.conftest import Wakeups
from tests.experiments.making import announcement, claim, make_run, make_worker, succeeded

pytestmark = pytest.mark.django_db


def later(seconds: float) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(seconds=seconds)


def speak(worker: Worker) -> None:
    announce_worker(token=worker.token, announcement=announcement(worker.name))


def broker_away() -> int:
    raise RuntimeError("the broker takes no messages")


def unowned() -> list[Shard]:
    return shards_without_owner(timezone.now())


def test_a_queued_shard_beside_a_free_slot_is_left_lying_after_a_minute(shard: Shard, worker: Worker) -> None:
    assert unowned() == []
    with time_machine.travel(later(61)):
        speak(worker)
        assert unowned() == [shard]


def test_a_shard_that_is_offered_is_taken_care_of(shard: Shard, worker: Worker, broker: Wakeups) -> None:
    with time_machine.travel(later(61)):
        speak(worker)
        assert dispatch() == 1
        assert unowned() == []


def test_a_shard_that_is_offered_for_a_minute_and_not_taken_is_nobodys(shard: Shard, worker: Worker) -> None:
    dispatch()
    for seconds in (20, 40):
        with time_machine.travel(later(seconds)):
            speak(worker)
            assert dispatch() == 1
            assert unowned() == []
    with time_machine.travel(later(62)):
        speak(worker)
        dispatch()
        assert unowned() == [shard]


def test_a_shard_that_is_tried_again_later_waits_for_its_turn_only_since_then(shard: Shard, worker: Worker) -> None:
    Shard.objects.update(not_before=later(70))
    for seconds, is_left_lying in ((65, False), (75, False), (135, True)):
        with time_machine.travel(later(seconds)):
            speak(worker)
            assert bool(unowned()) == is_left_lying


def test_a_shard_that_waits_for_a_slot_lacks_nothing(shard: Shard, worker: Worker, alice: User) -> None:
    claim(make_run(alice).shards.get(), worker)
    with time_machine.travel(later(40)):
        speak(worker)
        assert unowned() == []


def test_a_slot_that_has_only_just_come_free_is_no_neglect(shard: Shard, worker: Worker, alice: User) -> None:
    granted = claim(make_run(alice).shards.get(), worker)
    with time_machine.travel(later(100)):
        speak(worker)
        finish_shard(lease=granted.lease, outcome=succeeded(granted))
        assert unowned() == []
    with time_machine.travel(later(200)):
        speak(worker)
        assert unowned() == [shard]


@pytest.mark.parametrize("stopped_by", ["nobody is there", "a pause"])
def test_a_shard_that_nobody_may_take_waits_for_that(
    stopped_by: str, shard: Shard, worker: Worker, carol: User
) -> None:
    with time_machine.travel(later(100)):
        if stopped_by == "a pause":
            speak(worker)
            pause_class(hardware_class="cpu", reason="Repairs.", by=carol)
        assert unowned() == []


def test_a_shard_that_waits_for_the_broker_is_offered_again_and_again(
    shard: Shard, worker: Worker, broker: Wakeups
) -> None:
    broker.is_up = False
    with time_machine.travel(later(100)):
        speak(worker)
        with pytest.raises(RuntimeError):
            noted("dispatch", broker_away)
        assert unowned() == []


def test_a_held_shard_is_neglected_a_minute_after_its_lease(shard: Shard, worker: Worker) -> None:
    claim(shard, worker)
    with time_machine.travel(later(45 + 59)):
        assert unowned() == []
    with time_machine.travel(later(45 + 61)):
        assert unowned() == [shard]
        reap_expired()
        assert unowned() == []


def test_a_shard_that_came_back_to_the_queue_has_a_minute_from_then(shard: Shard, worker: Worker, bob: User) -> None:
    idle = make_worker(bob, "idle")
    claim(shard, worker)
    with time_machine.travel(later(100)):
        reap_expired()
        speak(idle)
        assert unowned() == []
