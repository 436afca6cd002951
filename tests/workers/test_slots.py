"""The reading loop is woken when a slot is free again, and not before."""

from collections.abc import Callable, Iterator

import pytest
from kombu.asynchronous import get_event_loop, set_event_loop

from workers.app import app
from workers.slots import Slots


class Loop:
    """As much of Celery's loop as is spoken to."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    def call_soon(self, _: Callable[[], None]) -> None:
        self._said.append("woken")


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What happened, in order, beside a loop that tells when it is woken."""
    happened: list[str] = []
    before = get_event_loop()
    set_event_loop(Loop(happened))  # type: ignore[arg-type]
    yield happened
    set_event_loop(before)


@pytest.mark.parametrize("fails", [False, True])
def test_loop_is_woken_once_the_job_is_accounted_for(said: list[str], fails: bool) -> None:
    def job() -> None:
        said.append("job")
        if fails:
            raise ValueError

    pool = Slots(limit=1)
    pool.apply_async(job, callback=lambda _: said.append("accounted for"))
    pool.on_stop()  # waits for the thread
    assert said == (["job", "woken"] if fails else ["job", "accounted for", "woken"])


def test_workers_use_these_slots() -> None:
    assert app.conf.worker_pool == "workers.slots:Slots"
