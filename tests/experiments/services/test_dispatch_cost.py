"""What a pass of the dispatcher costs does not grow with the queue."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experiments.models import Shard
from experiments.services.dispatch import dispatch
from problems.models import User
from tests.experiments.making import make_person, make_run, make_worker

pytestmark = pytest.mark.django_db


def queries_of_a_pass() -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert dispatch() == 1
    return [query["sql"] for query in captured]


def test_a_longer_queue_asks_no_more_questions(alice: User, bob: User) -> None:
    make_run(alice, seeds=(0, 1, 2), stack=1)
    make_worker(bob, "one")
    assert dispatch() == 1
    make_worker(bob, "two")
    few = queries_of_a_pass()
    for _ in range(5):
        make_run(alice, seeds=tuple(range(10)), stack=1)
    make_worker(bob, "three")
    assert len(queries_of_a_pass()) == len(few)


def test_nothing_reads_the_queue_from_end_to_end(alice: User, bob: User) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a plan for a small table says nothing of a large one on PostgreSQL; the benchmark asks there")
    make_run(alice)
    make_worker(bob)
    with connection.cursor() as cursor:
        for sql in queries_of_a_pass():
            if sql.lstrip().startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plan = [step for *_, step in cursor.fetchall()]
                assert not any("SCAN experiments_shard" in step for step in plan), (sql, plan)


def test_people_who_wait_are_found_once_each(alice: User, bob: User) -> None:
    dave = make_person("dave")
    for person in (alice, bob, alice):
        make_run(person, seeds=tuple(range(4)), stack=1)
    make_run(dave).shards.update(hardware_class="gpu")
    assert Shard.objects.people_waiting_for("any") == [alice.pk, bob.pk]
    assert Shard.objects.people_waiting_for("gpu") == [dave.pk]


def test_shards_of_somebody_who_is_gone_still_run(alice: User, bob: User) -> None:
    run = make_run(alice)
    run.shards.update(submitter=None)
    make_worker(bob)
    assert Shard.objects.people_waiting_for("any") == [None]
    assert dispatch() == 1
