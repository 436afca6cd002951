"""The page of workers: what each does, how busy it was, which engine it has, and draining."""

import datetime

import pytest
from django.utils import timezone

from experiments.models import Lease, Worker
from experiments.recipe.engine import engine_digest
from experiments.selectors.workers_page import worker_lines
from experiments.services.finishing import finish_shard
from tests.experiments.making import claim, make_run, make_worker, succeeded

pytestmark = pytest.mark.django_db


def line():
    return worker_lines(None)[0]


def minutes_ago(minutes: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(minutes=minutes)


def test_use_is_the_time_under_leases_over_that_of_the_slots(alice, bob):
    worker = make_worker(bob, slots=2)
    Worker.objects.update(first_seen=minutes_ago(600))
    granted = claim(make_run(alice).shards.get(), worker)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    Lease.objects.update(granted_at=minutes_ago(90), ended_at=minutes_ago(30))
    assert line().used_last_hour == pytest.approx(30 / 120, abs=0.01)
    assert line().used_last_day == pytest.approx(60 / 1200, abs=0.01)  # it is there for ten hours
    claim(make_run(alice).shards.get(), worker)
    Lease.objects.filter(ended_at=None).update(granted_at=minutes_ago(30))
    assert line().used_last_hour == pytest.approx(60 / 120, abs=0.01)
    assert line().doing[0].since == Lease.objects.get(ended_at=None).granted_at


def test_a_worker_that_rests_says_why(client, bob):
    make_worker(bob, disk_full=True)
    assert "its disk is full: takes nothing new until there is room" in client.get("/workers/").content.decode()


def test_engine_is_that_of_the_site_or_another(client, bob):
    make_worker(bob, engine_digest=engine_digest())
    assert line().engine == "current" and "as the site" in client.get("/workers/").content.decode()
    make_worker(bob, "old", engine_digest="a" * 64, vocabulary="0" * 64)
    shown = client.get("/workers/").content.decode()
    assert "is given only recipes of its own vocabulary" in shown and "a" * 12 in shown


@pytest.mark.parametrize(
    ("who", "status", "drains"), [("alice", 403, False), ("bob", 302, True), ("carol", 302, True), (None, 302, False)]
)
def test_the_owner_and_curators_drain(client, alice, bob, carol, who, status, drains):
    worker = make_worker(bob)
    if who:
        client.force_login({"alice": alice, "bob": bob, "carol": carol}[who])
    assert ("Drain<" in client.get("/workers/").content.decode()) == drains
    assert client.post(f"/workers/{worker.pk}/drain/").status_code == status
    worker.refresh_from_db()
    assert (worker.drain_requested_at is not None) == drains


def test_a_drained_worker_is_shown_as_such_and_taken_back(client, bob, alice):
    worker = make_worker(bob)
    claim(make_run(alice).shards.get(), worker)
    client.force_login(bob)
    client.post(f"/workers/{worker.pk}/drain/")
    assert "Draining: takes nothing new." in client.get("/workers/").content.decode()
    granted = Lease.objects.get()
    finish_shard(lease=granted, outcome=succeeded(type("Held", (), {"lease": granted})()))
    assert "Drained: it holds nothing and may be switched off." in client.get("/workers/").content.decode()
    client.post(f"/workers/{worker.pk}/drain/", {"wanted": "work"})
    worker.refresh_from_db()
    assert worker.drain_requested_at is None


def test_many_workers_take_few_questions(client, alice, bob, django_assert_max_num_queries):
    for n in range(12):
        claim(make_run(alice).shards.get(), make_worker(bob, f"bench-{n}"))
    with django_assert_max_num_queries(9):
        assert len(worker_lines(bob)) == 12
