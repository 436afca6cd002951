"""The process of the site's own jobs."""

import pytest

from deploy.site_jobs import app
from experiments.models import DispatchPass, Shard, State, Worker
from tests.experiments.making import claim, go_silent


def test_only_json_is_read() -> None:
    assert app.conf.accept_content == ["json"]


def test_every_planned_job_is_known_and_runs(db: None) -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        app.tasks[entry["task"]].apply(throw=True)
    assert DispatchPass.objects.get().last_at


@pytest.mark.django_db
def test_reaper_takes_back_what_is_lost(shard: Shard, worker: Worker) -> None:
    claim(shard, worker)
    go_silent(shard)
    app.tasks["experiments.reap"].apply(throw=True)
    shard.refresh_from_db()
    assert shard.state == State.QUEUED
