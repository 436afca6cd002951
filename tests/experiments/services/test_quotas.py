"""What a person may use: refused beyond it with the numbers, and free of charge what never ran."""

import datetime

import pytest
from django.utils import timezone

from experiments.models import Lease, Run
from experiments.protocol import Failure, Outcome
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.leases import reap_expired
from experiments.services.quotas import QuotaExceeded, charged_seconds, set_quota, shares_of
from experiments.services.refusals import Forbidden
from experiments.services.runs import request_cancel
from tests.experiments.making import claim, go_silent, make_recipe, make_run, make_worker, stored_file, succeeded

pytestmark = pytest.mark.django_db


def share(person, name):
    return next(share for share in shares_of(person) if share.name == name)


def spend(shard, worker, *, seconds: float, ending: str = "succeeded", kind: str = "not_finite") -> None:
    """An attempt that took so long."""
    granted = claim(shard, worker)
    granted.lease.granted_at = timezone.now() - datetime.timedelta(seconds=seconds)
    granted.lease.save()
    if ending == "lost":
        go_silent(shard)
        reap_expired()
        return
    failure = Failure(failure=kind, message="It broke.") if ending == "failed" else None
    outcome = Outcome(epoch=granted.lease.epoch, result=ending, failure=failure)
    finish_shard(lease=granted.lease, outcome=outcome)


@pytest.mark.parametrize(
    ("ending", "kind", "charged"),
    [("succeeded", "", 100), ("failed", "not_finite", 100), ("failed", "storage", 0), ("lost", "", 0)],
)
def test_an_attempt_is_charged_unless_its_end_was_not_the_persons(shard, worker, alice, ending, kind, charged) -> None:
    spend(shard, worker, seconds=100, ending=ending, kind=kind)
    assert charged_seconds(alice) == pytest.approx(charged, abs=2)


def test_what_is_cancelled_before_it_starts_gives_back_what_it_planned(alice, worker) -> None:
    before = [(s.used, s.planned) for s in shares_of(alice)]
    run = make_run(alice, steps=5000)
    assert share(alice, "device_seconds_per_week").planned > 0 < share(alice, "stored_bytes").planned
    request_cancel(run=run, by=alice)
    assert [(s.used, s.planned) for s in shares_of(alice)] == before


def test_use_is_of_the_last_seven_days(shard, worker, alice) -> None:
    spend(shard, worker, seconds=100)
    Lease.objects.update(ended_at=timezone.now() - datetime.timedelta(days=8))
    assert charged_seconds(alice) == 0


def test_device_time_beyond_the_week_is_refused_with_the_numbers(alice, worker, settings) -> None:
    spend(make_run(alice).shards.get(), worker, seconds=7200)
    settings.DEVICE_SECONDS_PER_USER_PER_WEEK = 7200
    with pytest.raises(QuotaExceeded, match=r"device time in a week: this run needs \d.*; 2.0 h are used") as refused:
        make_run(alice)
    assert refused.value.http_status == 429
    assert refused.value.fields["quota"] == "device_seconds_per_week" and refused.value.fields["limit"] == "7200"
    assert Run.objects.count() == 1


def test_bytes_count_once_however_often_they_are_named(alice, worker, settings) -> None:
    for run in (make_run(alice), make_run(alice)):
        granted = claim(run.shards.get(), worker)
        files = [stored_file(f"step-{n}.safetensors", b"x" * 1000, seed=0, step=n) for n in (1, 2)]
        finish_shard(lease=granted.lease, outcome=succeeded(granted, *files))
    assert (share(alice, "stored_bytes").used, share(alice, "stored_bytes").planned) == (1000, 0)
    settings.STORED_BYTES_PER_USER = 1000
    with pytest.raises(QuotaExceeded, match="space for files"):
        make_run(alice)


def test_a_curator_sets_what_one_person_may_use(alice, bob, carol, settings) -> None:
    settings.LIVE_SHARDS_PER_USER = 1
    set_quota(user=alice, reason="a sweep for 5.3", by=carol, limits={"live_shards": 3})
    make_run(alice, seeds=(0, 1, 2), stack=1)
    assert [share(person, "live_shards").limit for person in (alice, bob)] == [3, 1]
    with pytest.raises(Forbidden):
        set_quota(user=bob, reason="mine", by=bob, limits={"live_shards": 9})
    with pytest.raises(QuotaExceeded):
        make_run(bob, seeds=(0, 1, 2), stack=1)


def test_own_limit_on_running_shards_holds_the_others_back(alice, bob, carol, broker) -> None:
    set_quota(user=alice, reason="newcomer", by=carol, limits={"running_shards": 1})
    make_run(alice, seeds=(0, 1, 2), stack=1)
    make_worker(bob, slots=4)
    assert dispatch() == 1


def test_a_deleted_account_hinders_nobody(alice, bob, worker) -> None:
    make_run(alice)
    make_recipe(bob)
    Run.objects.update(submitter=None)
    assert dispatch() == 1
