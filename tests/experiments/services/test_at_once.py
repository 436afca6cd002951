"""Two who act at the same moment, on real transactions."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from experiments.models import Run, Shard, State, Worker
from experiments.services.dispatch import dispatch
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import claim_shard
from experiments.services.refusals import Refused
from problems.models import User
from tests.experiments.conftest import Wakeups
from tests.experiments.making import batch, claim, make_run, make_worker, measured, succeeded

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """The answers of the calls, each on a connection of its own; a refusal is an answer too."""
    barrier = threading.Barrier(len(calls))
    answers: list[object] = [None] * len(calls)

    def make(place: int, call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = call()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def test_of_many_who_claim_one_gets_the_shard(shard: Shard, bob: User) -> None:
    workers = [make_worker(bob, f"bench-{n}") for n in range(4)]
    answers = at_once(*[lambda w=worker: claim_shard(shard_id=shard.pk, worker=w) for worker in workers])
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.code for answer in refused] == ["not_claimable"] * 3
    shard.refresh_from_db()
    assert (shard.state, shard.epoch, shard.attempts) == (State.RUNNING, 1, 1)


def test_two_dispatchers_send_each_wake_up_once(alice: User, bob: User, broker: Wakeups) -> None:
    make_run(alice, seeds=tuple(range(8)), stack=1)
    make_worker(bob, slots=4)
    broker.clear()
    sent = at_once(dispatch, dispatch, dispatch)
    assert sorted(sent, key=str) == [0, 0, 4]
    assert len(set(broker.shards)) == len(broker.shards) == 4


def test_last_two_shards_ending_together_end_the_run(alice: User, bob: User) -> None:
    run = make_run(alice, seeds=(0, 1), stack=1)
    worker = make_worker(bob, slots=2)
    held = [claim(shard, worker) for shard in run.shards.all()]
    answers = at_once(*[lambda g=g: finish_shard(lease=g.lease, outcome=succeeded(g)) for g in held])
    assert answers == [State.SUCCEEDED, State.SUCCEEDED]
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED


def test_same_batch_sent_twice_at_once_is_stored_once(run: Run, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    sent = batch(granted, 0, measured((0, 0, 1.0)))
    answers = at_once(*[lambda: store_batch(lease=granted.lease, batch=sent).stored] * 3)
    assert sorted(answers, key=str) == [False, False, True]
    assert shard.chunks.count() == 1


def test_broken_transaction_leaves_the_shard_in_the_queue(shard: Shard, worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        claim(shard, worker)
        raise ZeroDivisionError
    shard.refresh_from_db()
    assert (shard.state, shard.epoch) == (State.QUEUED, 0) and not shard.leases.exists()
