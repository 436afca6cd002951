"""What the site does by itself goes on while no message reaches it."""

import datetime

import pytest
from django.utils import timezone

from deploy.understudy import step_in
from experiments.jobs import dispatch_shards, reap_shards
from experiments.models import Shard, SitePass, State
from experiments.services import wake_ups
from tests.experiments.making import claim, go_silent, make_person, make_run, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Shard:
    """A shard whose worker fell silent, on a site whose jobs ran a moment ago."""
    monkeypatch.setattr(wake_ups, "send", lambda *_, **__: False)
    shard = make_run(make_person("alice")).shards.get()
    claim(shard, make_worker(make_person("bob")))
    dispatch_shards()
    reap_shards()
    go_silent(shard)
    return shard


def state_of(shard: Shard) -> State:
    return State(Shard.objects.get(pk=shard.pk).state)


def test_what_is_done_in_time_is_left_to_its_turn(lost: Shard) -> None:
    step_in()
    assert state_of(lost) == State.RUNNING


def test_what_is_overdue_is_done(lost: Shard) -> None:
    SitePass.objects.update(last_at=timezone.now() - datetime.timedelta(seconds=25))
    step_in()
    assert state_of(lost) == State.QUEUED
    assert all(timezone.now() - job.last_at < datetime.timedelta(seconds=5) for job in SitePass.objects.all())


def test_what_never_ran_is_done(lost: Shard) -> None:
    SitePass.objects.all().delete()
    step_in()
    assert state_of(lost) == State.QUEUED and SitePass.objects.count() == 3


def test_pass_of_the_dispatcher_tells_that_the_broker_is_away(lost: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not SitePass.objects.get(name="dispatch").failed
    monkeypatch.setattr(wake_ups.celery_app(), "rests_until", float("inf"))
    dispatch_shards()
    assert SitePass.objects.get(name="dispatch").failed == "BrokerAway: the broker takes no messages"
