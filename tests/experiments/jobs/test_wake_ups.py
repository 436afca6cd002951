"""Messages to a real broker: one in memory, one that is not there."""

import datetime
import time
from collections.abc import Iterator
from typing import Any

import pytest

from experiments.services import wake_ups

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
