"""Which shard is offered to whom, and in what order."""

import datetime
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from experiments.models import Run, Shard, State, Usage, Worker
from experiments.services import fair_share
from experiments.services.dispatch import dispatch, free_slots, in_hand, takers_among_workers
from experiments.services.finishing import finish_shard
from experiments.services.runs import request_cancel
from problems.models import User
from tests.experiments.conftest import Wakeups
from tests.experiments.making import claim, make_person, make_run, make_worker, succeeded

pytestmark = pytest.mark.django_db


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + datetime.timedelta(seconds=seconds), tick=False)


def users_of(shard_ids: list[int]) -> list[str]:
    owners = dict(Shard.objects.values_list("pk", "run__submitter__username"))
    return [owners[pk] for pk in shard_ids]


def n_free(now: datetime.datetime) -> int:
    hands = in_hand(now)
    return free_slots("cpu", takers_among_workers(hands, now), hands)


def test_no_more_is_offered_than_there_are_free_slots(alice: User, bob: User, broker: Wakeups) -> None:
    make_run(alice, seeds=(0, 1, 2, 3, 4), stack=1)
    make_worker(bob, slots=2)
    assert dispatch() == 2
    assert dispatch() == 0
    assert [queue for task, _, queue in broker if task == "workers.carry_out"] == ["compute.cpu"] * 2


def test_oldest_shards_go_first(alice: User, worker: Worker, broker: Wakeups) -> None:
    first, second = make_run(alice, seeds=(0, 1), stack=1), make_run(alice, seeds=(0, 1), stack=1)
    Worker.objects.update(slots=3)
    dispatch()
    assert broker.shards == [shard.pk for run in (first, second) for shard in run.shards.order_by("index")][:3]


def test_wake_up_nobody_answers_is_sent_again(shard: Shard, worker: Worker, broker: Wakeups) -> None:
    dispatch()
    with later(10):
        assert dispatch() == 0
    with later(16):
        assert dispatch() == 1
    assert broker.shards == [shard.pk, shard.pk]


def test_held_shards_take_slots(shard: Shard, worker: Worker) -> None:
    now = timezone.now()
    assert n_free(now) == 1
    granted = claim(shard, worker)
    assert n_free(now) == 0
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert n_free(now) == 1


LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize("how", [{"stopping": True}, {"disk_full": True}, {"last_seen": LONG_AGO}])
def test_worker_that_stops_or_rests_or_is_silent_is_offered_nothing(
    how: dict[str, Any], shard: Shard, worker: Worker
) -> None:
    Worker.objects.update(**how)
    assert dispatch() == 0


def test_broker_that_is_down_delays_and_loses_nothing(alice: User, worker: Worker, broker: Wakeups) -> None:
    broker.is_up = False
    run = make_run(alice)
    assert run.state == State.QUEUED and dispatch() == 0
    assert Shard.objects.get().dispatched_at is None
    broker.is_up = True
    assert dispatch() == 1


def test_two_people_share_alike_whoever_came_first(alice: User, bob: User, broker: Wakeups) -> None:
    make_run(alice, seeds=tuple(range(10)), stack=1)
    make_run(bob, seeds=tuple(range(10)), stack=1)
    make_worker(bob, slots=6)
    dispatch()
    assert Counter(users_of(broker.shards)) == {"alice": 3, "bob": 3}


def test_who_used_much_waits_and_is_forgiven_with_time(alice: User, bob: User, broker: Wakeups) -> None:
    fair_share.charge(alice.pk, seconds=3600, now=timezone.now())
    make_run(alice, seeds=tuple(range(10)), stack=1)
    make_run(bob, seeds=tuple(range(10)), stack=1)
    make_worker(bob, slots=6)
    dispatch()
    assert Counter(users_of(broker.shards)) == {"bob": 6}
    day_later = timezone.now() + datetime.timedelta(days=1)
    assert fair_share.decayed(Usage.objects.get(), day_later) == pytest.approx(3600 / 16, rel=1e-3)


def test_time_a_shard_in_hand_has_had_counts_at_once(alice: User, bob: User, broker: Wakeups) -> None:
    """Or those whose shards are long would have more of the device than those whose shards are short."""
    for person in (alice, bob):
        make_run(person, seeds=(0, 1), stack=1)
    make_worker(bob, slots=2)
    dispatch()
    assert users_of(broker.shards) == ["alice", "bob"]
    for shard in Shard.objects.filter(pk__in=broker.shards):
        claim(shard, Worker.objects.get())
    Shard.objects.filter(submitter=alice, state="running").update(
        dispatched_at=timezone.now() - datetime.timedelta(minutes=9)
    )
    fair_share.charge(bob.pk, seconds=500, now=timezone.now())
    make_worker(bob, "second")
    broker.clear()
    dispatch()
    assert users_of(broker.shards) == ["bob"]


def test_trivial_shards_of_many_people_are_served_fairly(bob: User, broker: Wakeups) -> None:
    people = [make_person(f"person-{n}") for n in range(4)]
    for person in people:
        make_run(person, seeds=tuple(range(15)), stack=1)
    worker = make_worker(bob, slots=4)
    for _ in range(10):
        dispatch()
        for shard in Shard.objects.exclude(dispatched_at=None).filter(state=State.QUEUED):
            granted = claim(shard, worker)
            finish_shard(lease=granted.lease, outcome=succeeded(granted))
    served = Counter(Shard.objects.filter(state=State.SUCCEEDED).values_list("run__submitter__username", flat=True))
    assert sum(served.values()) == 40 and max(served.values()) - min(served.values()) <= 1


def test_one_person_holds_no_more_than_allowed(alice: User, bob: User, settings: Any, broker: Wakeups) -> None:
    settings.RUNNING_SHARDS_PER_USER = 2
    make_run(alice, seeds=tuple(range(5)), stack=1)
    worker = make_worker(bob, slots=10)
    assert dispatch() == 2
    claim(Shard.objects.get(pk=broker.shards[0]), worker)
    assert dispatch() == 0


def test_shard_waits_for_its_class_without_stopping_others(alice: User, worker: Worker, broker: Wakeups) -> None:
    needs_gpu, any_class = make_run(alice), make_run(alice)
    needs_gpu.shards.update(hardware_class="gpu")
    dispatch()
    assert broker.shards == [any_class.shards.get().pk]


def test_cancelled_shard_is_offered_to_nobody(run: Run, worker: Worker, alice: User) -> None:
    request_cancel(run=run, by=alice)
    assert dispatch() == 0
