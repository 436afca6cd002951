import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.house import wait_for
from tests.workers.conftest import CLAIM, SCRIPTED_ENGINE, settings_for
from tests.workers.small_site import SmallSite
from workers import announcer, compute
from workers.compute import ComputeWorker
from workers.machine import Machine

Start = Callable[..., ComputeWorker]
MACHINE = Machine(device="cpu", hardware="AVX2", memory_bytes=2**30, flops_per_second=1e9, engine_digest="e" * 64)


@pytest.fixture
def start(
    small_site: SmallSite, quick_clocks: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    monkeypatch.setattr(compute, "ENGINE", SCRIPTED_ENGINE)
    monkeypatch.setattr(compute, "NURSERY", SCRIPTED_ENGINE)
    monkeypatch.setattr(announcer, "HEARTBEAT_SECONDS", 0.1)
    started: list[ComputeWorker] = []

    def start(**settings: Any) -> ComputeWorker:
        told = replace(settings_for(small_site, tmp_path / "work"), **settings)
        started.append(ComputeWorker(told, MACHINE, on_replaced=lambda: small_site.calls.append(("", "replaced", ""))))
        started[-1].start()
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


def carry_out(small_site: SmallSite, worker: ComputeWorker, *script: list[Any]) -> threading.Thread:
    small_site.claim = CLAIM | {"recipe": {"script": script}}
    thread = threading.Thread(target=worker.carry_out, args=(3,))
    thread.start()
    return thread


def test_a_worker_has_a_name_at_the_site_before_its_first_wake_up(small_site: SmallSite, start: Start) -> None:
    carry_out(small_site, start(), ["finish"]).join()

    assert small_site.outcomes[0]["result"] == "succeeded"
    assert small_site.announcements[0]["device"] == "AVX2"
    assert small_site.announcements[0]["hardware_class"] == "cpu"
    assert small_site.announcements[0]["memory_bytes"] == 2**29  # not all there is, but what its operator lends


def test_a_worker_says_how_many_slots_are_busy(small_site: SmallSite, start: Start) -> None:
    job = carry_out(small_site, start(), ["sleep", 1], ["finish"])
    job.join()
    wait_for(lambda: small_site.announcements[-1]["busy_slots"] == 0, seconds=5)

    assert {announcement["busy_slots"] for announcement in small_site.announcements} == {0, 1}


def test_a_wake_up_for_a_taken_shard_ends_quietly(small_site: SmallSite, start: Start) -> None:
    start().carry_out(3)

    assert small_site.outcomes == []


def test_a_worker_without_room_on_its_disk_says_so_and_rests_until_there_is(
    small_site: SmallSite, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute, "free_bytes", lambda folder: 2**60)
    worker = start(min_free_bytes=2**50)
    rests: list[bool] = []
    worker.on_drain(rests.append)
    small_site.refusals["claim"] = (409, "no_room")  # as the site does from then on
    monkeypatch.setattr(compute, "free_bytes", lambda folder: 2**40)
    carry_out(small_site, worker, ["finish"]).join()
    assert (small_site.announcements[-1]["disk_full"], rests[-1], small_site.outcomes) == (True, True, [])

    monkeypatch.setattr(compute, "free_bytes", lambda folder: 2**60)
    wait_for(lambda: not rests[-1] and not small_site.announcements[-1]["disk_full"], seconds=5)


def test_a_stopping_worker_waits_for_its_shard_as_long_as_it_may(small_site: SmallSite, start: Start) -> None:
    worker = start(drain_seconds=10)
    job = carry_out(small_site, worker, ["progress", 1], ["sleep", 1], ["finish"])
    wait_for(lambda: small_site.batches, seconds=10)

    worker.stop()
    job.join()

    assert small_site.announcements[-1]["stopping"] is True
    assert small_site.outcomes[0]["result"] == "succeeded"


def test_a_stopping_worker_gives_back_what_takes_too_long(small_site: SmallSite, start: Start) -> None:
    worker = start()
    job = carry_out(small_site, worker, ["progress", 1], ["sleep", 60])
    wait_for(lambda: small_site.batches, seconds=10)
    asked_at = time.monotonic()

    worker.stop()
    job.join()

    assert time.monotonic() - asked_at < 5
    assert small_site.outcomes[0]["result"] == "cancelled"


def test_a_stopping_worker_takes_no_more(small_site: SmallSite, start: Start) -> None:
    worker = start()
    worker.stop()

    carry_out(small_site, worker, ["finish"]).join()

    assert not any("claim" in path for _, path, _ in small_site.calls)


def test_what_a_killed_predecessor_left_on_disk_is_removed(small_site: SmallSite, start: Start, tmp_path: Path) -> None:
    (tmp_path / "work" / "shard-9-left").mkdir(parents=True)
    start()

    assert not (tmp_path / "work").exists()


def test_a_worker_shows_that_it_is_alive_also_while_the_site_is_away(
    small_site: SmallSite, start: Start, tmp_path: Path
) -> None:
    small_site.outages = 3
    start()

    assert time.time() - (tmp_path / "work.announced").stat().st_mtime < 60


def test_a_site_that_is_away_is_one_warning_until_it_is_back(
    small_site: SmallSite, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    small_site.outages = 3
    with caplog.at_level(logging.WARNING, logger="workers.announcer"):
        start()
        wait_for(lambda: len(small_site.announcements) >= 2, seconds=5)

    assert len(caplog.records) == 1


def test_a_worker_says_once_that_it_starts_and_then_which_start_it_is(small_site: SmallSite, start: Start) -> None:
    small_site.outages = 1
    start()
    wait_for(lambda: len(small_site.announcements) >= 3, seconds=5)

    assert [said["starting"] for said in small_site.announcements[:3]] == [True, False, False]
    assert len({said["instance"] for said in small_site.announcements}) == 1


def test_a_worker_whose_name_was_taken_over_ends(small_site: SmallSite, start: Start) -> None:
    start()
    small_site.refusals["announce"] = (409, "replaced")

    wait_for(lambda: ("", "replaced", "") in small_site.calls, seconds=5)
