"""How a shard ends when it does not simply finish, and what the site is told."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from experiments.protocol import MAX_INLINE_BYTES
from tests.workers.small_site import SmallSite
from workers import child
from workers.supervisor import Supervisor

Supervise = Callable[..., Supervisor]


def failure_of(small_site: SmallSite) -> Any:
    [outcome] = small_site.outcomes
    assert outcome["result"] == "failed"
    return outcome["failure"]


def test_a_failure_the_engine_names_is_passed_on(small_site: SmallSite, supervise: Supervise) -> None:
    failure = {"failure": "not_finite", "message": "Seed 1 is NaN at step 7.", "hint": "Lower it.", "traceback": "..."}
    supervise(["say", {"kind": "failed", **failure}]).run()

    assert failure_of(small_site) == failure


def test_a_silent_death_is_a_lost_worker_with_the_last_words_on_stderr(
    small_site: SmallSite, supervise: Supervise
) -> None:
    supervise(["complain", "Segmentation fault"], ["kill-self"]).run()

    failure = failure_of(small_site)
    assert failure["failure"] == "worker_lost"
    assert "exit status -9" in failure["message"]
    assert failure["traceback"] == "Segmentation fault"


def test_a_kill_that_the_kernel_counts_as_out_of_memory_is_out_of_memory(
    small_site: SmallSite, supervise: Supervise, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = iter(range(100))
    monkeypatch.setattr(child, "count_oom_kills", lambda: next(kills))
    supervise(["kill-self"]).run()

    assert failure_of(small_site)["failure"] == "out_of_memory"


def test_the_time_limit_ends_the_shard(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["sleep", 60], time_limit_seconds=1).run()

    assert failure_of(small_site)["failure"] == "time_limit"


def test_a_stale_epoch_ends_the_shard_without_another_word(small_site: SmallSite, supervise: Supervise) -> None:
    supervisor = supervise(["sleep", 60])
    small_site.is_stale = True
    started_at = time.monotonic()

    supervisor.run()

    assert time.monotonic() - started_at < 5
    assert small_site.outcomes == []
    assert not any(path.endswith("/finish/") for _, path, _ in small_site.calls)


def test_a_worker_that_stops_gives_the_shard_back(small_site: SmallSite, supervise: Supervise) -> None:
    supervisor = supervise(["progress", 1], ["sleep", 60])
    threading.Timer(0.8, supervisor.stop).start()

    supervisor.run()

    assert small_site.outcomes[0]["result"] == "cancelled"
    assert small_site.outcomes[0]["failure"] is None


def test_a_message_outside_the_protocol_is_an_invalid_shard(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["say", {"kind": "surprise"}], ["sleep", 60]).run()

    assert failure_of(small_site)["failure"] == "invalid"


def test_a_file_outside_the_folder_is_refused(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["write", "../elsewhere", "text"], ["sleep", 60]).run()

    assert failure_of(small_site)["failure"] == "invalid"
    assert small_site.blobs == {}


@pytest.mark.parametrize(
    ("refused", "script"),
    [
        ("blobs", [["write", "a", "x" * (MAX_INLINE_BYTES + 1)]]),
        ("events", [["write", "a", "one"], ["sleep", 1]]),
        ("finish", [["write", "a", "one"]]),
    ],
)
def test_a_site_without_room_is_a_storage_failure(
    small_site: SmallSite, supervise: Supervise, refused: str, script: list[Any]
) -> None:
    small_site.refusals[refused] = (507, "full")
    small_site.n_refusals = 1
    supervise(*script, ["finish"]).run()

    assert failure_of(small_site)["failure"] == "storage"
    assert small_site.blobs == {}


def test_a_file_that_cannot_be_read_is_a_storage_failure(small_site: SmallSite, supervise: Supervise) -> None:
    artifact = {"name": "gone", "kind": "checkpoint", "sha256": "0" * 64, "n_bytes": 1, "seed": 0, "step": 0}
    supervise(["say", {"kind": "artifact", "artifact": artifact}], ["sleep", 60]).run()

    assert failure_of(small_site)["failure"] == "storage"
