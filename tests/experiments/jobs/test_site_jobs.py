"""The process of the site's own jobs."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from deploy.site_jobs import app
from experiments.models import DispatchPass, Shard, SitePass, State, Worker
from experiments.services.workers import announce_worker
from tests.experiments.making import announcement, claim, go_silent


def test_only_json_is_read() -> None:
    assert app.conf.accept_content == ["json"]


def test_every_planned_job_is_known_and_runs(db: None) -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        app.tasks[entry["task"]].apply(throw=True)
    assert DispatchPass.objects.get().last_at


@pytest.mark.django_db
def test_every_round_of_the_reaper_counts_shards_without_an_owner(shard: Shard, worker: Worker) -> None:
    app.tasks["experiments.reap"].apply(throw=True)
    assert SitePass.objects.get(name="watch").n_done_in_all == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=61)):
        announce_worker(token=worker.token, announcement=announcement(worker.name))
        app.tasks["experiments.reap"].apply(throw=True)
    assert SitePass.objects.get(name="watch").n_done_in_all == 1


@pytest.mark.django_db
def test_reaper_takes_back_what_is_lost(shard: Shard, worker: Worker) -> None:
    claim(shard, worker)
    go_silent(shard)
    app.tasks["experiments.reap"].apply(throw=True)
    shard.refresh_from_db()
    assert shard.state == State.QUEUED
