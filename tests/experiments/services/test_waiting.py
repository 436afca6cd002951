"""The sentence that says why something has not ended."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from experiments.models import Run, Shard, Worker
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.runs import request_cancel
from experiments.services.waiting import why_run_waits, why_shard_waits, why_shards_wait
from problems.models import User
from tests.experiments.making import claim, go_silent, make_run, make_worker, succeeded

pytestmark = pytest.mark.django_db


def why(shard: Shard) -> str:
    return why_shard_waits(Shard.objects.select_related("worker", "run").get(pk=shard.pk))


def test_without_workers_it_says_so_and_since_when(shard: Shard, bob: User) -> None:
    assert why(shard).startswith("No worker of any class is connected and none has ever been.")
    worker = make_worker(bob)
    Worker.objects.filter(pk=worker.pk).update(last_seen=datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC))
    assert why(shard).startswith("No worker of any class is connected since 2026-01-02 03:04 UTC.")


def test_class_that_nobody_offers_is_named(shard: Shard, worker: Worker) -> None:
    Shard.objects.update(hardware_class="gpu")
    assert why(shard).startswith("No worker of class gpu is connected")


def test_place_in_the_queue_is_counted(alice: User, worker: Worker) -> None:
    make_run(alice)
    make_run(alice)
    third = make_run(alice).shards.get()
    assert why(third) == "Waits for a free slot: 2 shards before it, 1 slot in all."


def test_own_limit_is_the_reason_when_it_is(alice: User, worker: Worker, settings: Any) -> None:
    settings.RUNNING_SHARDS_PER_USER = 1
    claim(make_run(alice).shards.get(), worker)
    assert "at most 1 run at once for one person" in why(make_run(alice).shards.get())


def test_offered_shard_says_to_whom(shard: Shard, worker: Worker) -> None:
    dispatch()
    assert why(shard) == "Offered to a cpu worker 0 s ago; not taken yet."


def test_held_shard_names_its_worker(run: Run, shard: Shard, worker: Worker, alice: User) -> None:
    claim(shard, worker)
    assert why(shard) == "Held by worker bench-1, last heard of 0 s ago."
    request_cancel(run=run, by=alice)
    assert why(shard).startswith("Cancelled; worker bench-1 is told at its next word.")
    go_silent(shard)
    Worker.objects.update(last_seen=timezone.now() - datetime.timedelta(minutes=5))
    assert why(shard).startswith("Held by worker bench-1, last heard of 5 min ago; it goes back")


def test_ended_shard_and_run_wait_for_nothing(run: Run, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    run.refresh_from_db()
    assert (why(shard), why_run_waits(run)) == ("", "")


def test_run_of_many_shards_says_how_many_wait(alice: User, worker: Worker) -> None:
    run = make_run(alice, seeds=(0, 1, 2), stack=1)
    claim(run.shards.get(index=0), worker)
    expected = "Held: 1 shard; waiting: 2 shards. Shard 0: Held by worker bench-1, last heard of 0 s ago."
    assert why_run_waits(run) == expected
    sentences = why_shards_wait(list(run.shards.select_related("worker", "run")))
    assert sentences[run.shards.get(index=2).pk] == "Waits behind shard 1 of this run."
