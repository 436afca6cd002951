"""What a probe and a monitor are told, and by whom they may be asked."""

import errno
import re

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.test import Client

from deploy import health
from experiments.models import Shard, State
from experiments.services import wake_ups
from experiments.services.leases import reap_expired
from experiments.services.passes import noted
from tests.experiments.making import claim, go_silent, make_person, make_run, make_worker


@pytest.fixture(autouse=True)
def asked_for_the_first_time(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.setattr(health, "_storage_seen", (-1e9, ""))
    settings.BROKER_URL = "memory://"
    wake_ups.celery_app.cache_clear()


def checks(client: Client, status: int) -> dict[str, str]:
    answer = client.get("/health/ready/")
    assert answer.status_code == status
    told: dict[str, str] = answer.json()["checks"]
    return told


def test_process_is_alive_whatever_is_away_and_whoever_it_is_called(client: Client) -> None:
    answer = client.get("/health/live/", headers={"Host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_site_is_ready_when_database_and_storage_answer(client: Client) -> None:
    assert checks(client, 200) == {"database": "ok", "storage": "ok", "broker": "ok"}
    assert default_storage.listdir("health")[1] == []


@pytest.mark.django_db
def test_broker_that_is_away_is_a_warning(client: Client, settings) -> None:
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    wake_ups.celery_app.cache_clear()
    assert checks(client, 200)["broker"].startswith("warning: unreachable")


@pytest.mark.django_db
def test_full_storage_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    assert checks(client, 503)["storage"] == "not writable: OSError"


@pytest.mark.django_db
def test_database_that_is_away_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", away)
    assert checks(client, 503)["database"] == "unreachable: DatabaseError"


@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "10.0.0.9", 403),
        ("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 403),  # a proxy on this machine passes the world on
        ("secret", {}, "127.0.0.1", 403),
        ("secret", {"Authorization": "Bearer wrong"}, "127.0.0.1", 403),
        ("secret", {"Authorization": "Bearer secret"}, "10.0.0.9", 200),
    ],
)
@pytest.mark.django_db
def test_metrics_are_for_who_may_read_them(client: Client, settings, token, headers, address, status) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def sample(text: str, name: str) -> float:
    found = re.search(rf"^circuitboard_{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not in\n{text}"
    return float(found[1])


@pytest.mark.django_db
def test_metrics_tell_what_waits_runs_failed_and_was_lost(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake_ups, "send", lambda *_, **__: True)
    alice = make_person("alice")
    worker = make_worker(alice, slots=3)
    shards = list(make_run(alice, seeds=(0, 1, 2), stack=1).shards.order_by("index"))
    claim(shards[0], worker)
    go_silent(shards[0])
    assert noted("reaper", reap_expired) == 1
    claim(shards[1], worker)
    Shard.objects.filter(pk=shards[2].pk).update(state=State.FAILED, failure="not_finite")
    text = client.get("/metrics").content.decode()
    told = {
        'queued_shards{hardware_class="any"}': 1,
        'running_shards{hardware_class="cpu"}': 1,
        'slots{hardware_class="cpu"}': 3,
        'workers{state="accepting"}': 1,
        'failures_total{kind="not_finite"}': 1,
        "attempts_lost_total": 1,
        'job_done_total{job="reaper"}': 1,
        "overdue_shards": 0,
        "unowned_shards": 0,
    }
    assert {name: sample(text, name) for name in told} == told
    assert sample(text, 'oldest_queued_seconds{hardware_class="any"}') > 0
    assert sample(text, 'job_age_seconds{job="reaper"}') < 60
