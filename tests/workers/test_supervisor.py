import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from experiments import protocol
from experiments.protocol import MAX_INLINE_BYTES
from tests.workers.small_site import SmallSite
from workers.supervisor import Supervisor

Supervise = Callable[..., Supervisor]


def test_a_finished_shard_names_its_files_and_what_the_engine_said(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["progress", 5], ["write", "checkpoints/step-5", "weights"], ["finish"]).run()

    [outcome] = small_site.outcomes
    assert outcome["result"] == "succeeded"
    assert outcome["epoch"] == 2
    assert outcome["device_seconds"] == 1.5
    assert outcome["hardware"] == "AVX2"
    assert [artifact["name"] for artifact in outcome["manifest"]] == ["checkpoints/step-5"]
    assert [event["kind"] for event in small_site.events] == ["progress", "artifact"]
    assert small_site.blobs == {hashlib.sha256(b"weights").hexdigest(): b"weights"}


def test_bytes_are_uploaded_before_the_event_that_names_them(small_site: SmallSite, supervise: Supervise) -> None:
    large = "x" * (MAX_INLINE_BYTES + 1)
    supervise(["write", "a", large], ["write", "b", f"{large}y"], ["sleep", 1], ["finish"]).run()

    made = calls_of_the_shard(small_site)
    assert made[0] == ("PUT", "blobs")
    assert made.count(("PUT", "blobs")) == len(small_site.blobs) == 2
    assert made[-1] == ("POST", "finish")


def test_a_short_shard_with_small_files_takes_one_call(
    small_site: SmallSite, supervise: Supervise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.supervisor.BATCH_SECONDS", protocol.BATCH_SECONDS)
    made = [["write", "a", "one"], ["write", "b", "two"]]
    supervise(["print", "hello"], ["progress", 1], ["sleep", 0.15], *made, ["finish"]).run()

    assert calls_of_the_shard(small_site) == [("POST", "finish")]
    assert sorted(small_site.blobs.values()) == [b"one", b"two"]
    assert [event["kind"] for event in small_site.events] == ["log", "progress", "artifact", "artifact"]


def calls_of_the_shard(small_site: SmallSite) -> list[tuple[str, str]]:
    made = [(method, path.split("/")[4]) for method, path, _ in small_site.calls if path.startswith("/api/shards/")]
    return [call for call in made if call[1] != "heartbeat"]


def test_every_call_about_the_shard_shows_only_the_run_token(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["finish"]).run()

    shown = {(path.startswith("/api/worker/"), authorization) for _, path, authorization in small_site.calls}
    assert shown == {(True, "Worker worker-token"), (False, "Run run-token")}


def test_a_shard_goes_on_from_the_files_of_its_earlier_attempt(small_site: SmallSite, supervise: Supervise) -> None:
    sha256 = hashlib.sha256(b"state").hexdigest()
    small_site.blobs[sha256] = b"state"
    state = {"name": "resume/state", "kind": "resume", "sha256": sha256, "n_bytes": 5, "seed": None, "step": 40}
    checkpoint = state | {"name": "step-40", "kind": "checkpoint", "seed": 0}

    script = (["read", "resume/state"], ["read", "step-40"], ["finish"])
    supervise(*script, resume_step=40, artifacts=[state, checkpoint]).run()

    assert small_site.logged == ["state", "state"]
    assert small_site.outcomes[0]["manifest"] == [checkpoint]  # the resume state has served


def test_resume_states_the_site_has_are_dropped_from_the_disk(small_site: SmallSite, supervise: Supervise) -> None:
    states = [["write", f"resume/step-{step}", f"state {step}"] for step in (20, 40, 60)]
    listed = ["list", "resume"]
    supervise(*states[:2], ["sleep", 0.5], listed, states[2], ["write", "last", "x"], ["finish"]).run()

    assert small_site.logged == ["[]"]
    assert len(small_site.blobs) == 4
    assert [artifact["name"] for artifact in small_site.outcomes[0]["manifest"]] == ["last"]


def test_an_earlier_file_that_arrives_changed_is_a_storage_failure(small_site: SmallSite, supervise: Supervise) -> None:
    sha256 = hashlib.sha256(b"state").hexdigest()
    small_site.blobs[sha256] = b"rotten"
    earlier = {"name": "resume/state", "kind": "resume", "sha256": sha256, "n_bytes": 5}

    supervise(["finish"], resume_step=40, artifacts=[earlier]).run()

    assert small_site.outcomes[0]["failure"]["failure"] == "storage"


def test_the_environment_of_the_training_process_holds_no_secret(
    small_site: SmallSite, supervise: Supervise, monkeypatch
) -> None:
    monkeypatch.setenv("CIRCUITBOARD_WORKER_TOKEN", "worker-token")
    monkeypatch.setenv("CIRCUITBOARD_BROKER_URL", "redis://:password@broker")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3-secret")

    supervise(["environment"], ["finish"]).run()

    [environment] = small_site.logged
    assert "CIRCUITBOARD" not in environment
    assert "s3-secret" not in environment
    assert '"OMP_NUM_THREADS": "1"' in environment


def test_a_stray_line_becomes_a_log_line(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["print", "a library says hello"], ["finish"]).run()

    assert small_site.logged == ["a library says hello"]


def test_nothing_is_left_on_disk(small_site: SmallSite, supervise: Supervise, tmp_path: Path) -> None:
    supervise(["write", "a", "one"], ["kill-self"]).run()

    assert list(tmp_path.iterdir()) == []


def test_a_cancel_ends_the_whole_process_group_within_five_seconds(small_site: SmallSite, supervise: Supervise) -> None:
    small_site.cancel = True
    supervisor = supervise(["deaf"], ["grandchild"], ["sleep", 60])
    started_at = time.monotonic()

    supervisor.run()

    assert time.monotonic() - started_at < 5
    assert small_site.outcomes[0]["result"] == "cancelled"
    me = psutil.Process(os.getpid())
    ended = [child for child in me.children(recursive=True) if "time.sleep(60)" in " ".join(child.cmdline())]
    assert ended == []


def test_a_grandchild_that_survives_its_parent_is_ended(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["grandchild"], ["sleep", 0.5], ["kill-self"]).run()

    [pid] = small_site.logged
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
