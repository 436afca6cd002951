"""The operator's pages: for curators alone; they say what is wrong and what to do."""

import datetime

import pytest
from django.utils import timezone

from experiments.models import Pause, Run, Shard, SitePass, State, Worker
from experiments.services.dispatch import dispatch
from experiments.services.passes import noted
from tests.experiments.making import claim, make_run, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_carol(client, carol):
    client.force_login(carol)
    return client


def page(client, address="/operations/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("address", ["/operations/", "/operations/pauses/"])
@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("carol", 200), (None, 302)])
def test_they_are_for_curators(client, alice, carol, who, status, address):
    if who:
        client.force_login({"alice": alice, "carol": carol}[who])
    assert client.get(address).status_code == status


def test_an_empty_site_names_the_jobs_that_never_ran(as_carol):
    shown = page(as_carol)
    assert "Late: Dispatch" in shown and "celery -A deploy.site_jobs worker" in shown
    assert "Late: Checkpoints" not in shown
    assert "no worker is connected" in shown and "Look: Shards without an owner" not in shown


def test_what_is_wrong_is_named_with_a_link_and_advice(as_carol, alice, bob):
    worker = make_worker(bob, engine_digest="f" * 64)
    held, waiting = make_run(alice).shards.get(), make_run(alice).shards.get()
    claim(held, worker)
    hours_ago = timezone.now() - datetime.timedelta(hours=3)
    Shard.objects.filter(pk=held.pk).update(lease_until=hours_ago)
    Shard.objects.filter(pk=waiting.pk).update(hardware_class="gpu", queued_at=hours_ago)
    make_worker(bob, "lost-one")
    Worker.objects.filter(name="lost-one").update(last_seen=hours_ago)
    shown = page(as_carol)
    for told in ("Look: Shards without an owner", "Look: Queue of class gpu", "lost-one (3 h)", "Look: Engines"):
        assert told in shown
    assert f'<a href="/runs/{held.run_id}/">' in shown and "1 shard, the oldest for 3 h" in shown


def test_failures_are_counted_by_kind_with_links(as_carol, alice):
    now = timezone.now()
    for hours in (0, 5, 30):
        shard = make_run(alice).shards.get()
        ended_at = now - datetime.timedelta(hours=hours)
        Shard.objects.filter(pk=shard.pk).update(state=State.FAILED, failure="storage", ended_at=ended_at)
    shown = page(as_carol)
    assert '<th scope="row">Storage</th><td class="right num">1</td><td class="right num">2</td>' in shown


def test_last_pass_of_each_job_is_shown_and_why_it_broke_off(as_carol, worker, run):
    noted("dispatch", dispatch)
    with pytest.raises(ZeroDivisionError):
        noted("reaper", lambda: 1 // 0)
    shown = page(as_carol)
    assert "Late: Dispatch" not in shown
    assert "Broke off: Reaper" in shown and "It broke off: ZeroDivisionError" in shown
    assert SitePass.objects.get(name="dispatch").n_done == 1


def test_a_class_or_a_person_is_paused_and_let_go(as_carol, alice):
    as_carol.post("/operations/pauses/", {"hardware_class": "gpu", "reason": "moving house"})
    as_carol.post("/operations/pauses/", {"handle": "@alice", "reason": "too much"})
    assert set(Pause.objects.in_force().values_list("hardware_class", "user")) == {("gpu", None), ("", alice.pk)}
    shown = page(as_carol, "/operations/pauses/")
    assert "moving house" in shown and "@alice" in shown
    assert "Class gpu is paused by a curator" in page(as_carol, "/workers/")
    for pause in Pause.objects.all():
        assert as_carol.post(f"/operations/pauses/{pause.pk}/lift/").status_code == 302
    assert not Pause.objects.in_force().exists() and Pause.objects.count() == 2
    assert "Lifted" in page(as_carol, "/operations/pauses/")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"reason": "why"}, "one of both"),
        ({"hardware_class": "gpu", "handle": "alice", "reason": "why"}, "one of both"),
        ({"handle": "nobody", "reason": "why"}, "There is nobody with the handle nobody."),
        ({"hardware_class": "gpu"}, "required"),
    ],
)
def test_a_pause_that_makes_no_sense_is_told_why(as_carol, alice, given, told):
    answer = as_carol.post("/operations/pauses/", given)
    assert answer.status_code == 422 and told in answer.content.decode() and not Pause.objects.exists()


@pytest.mark.parametrize(("who", "n"), [("alice", 0), (None, 0), ("carol", 1)])
def test_nobody_else_pauses(client, alice, carol, who, n):
    if who:
        client.force_login({"alice": alice, "carol": carol}[who])
    client.post("/operations/pauses/", {"hardware_class": "gpu", "reason": "why"})
    assert Pause.objects.count() == n


@pytest.mark.parametrize(("who", "status"), [("alice", 302), ("bob", 403), ("carol", 302), (None, 302)])
def test_a_run_is_pinned_by_its_owner_or_a_curator(client, run, alice, bob, carol, who, status):
    if who:
        client.force_login({"alice": alice, "bob": bob, "carol": carol}[who])
    assert client.post(f"/runs/{run.pk}/pin/").status_code == status
    assert (Run.objects.get().pinned_at is not None) == (who in ("alice", "carol"))
    client.post(f"/runs/{run.pk}/pin/", {"wanted": "unpin"})
    assert Run.objects.get().pinned_at is None
