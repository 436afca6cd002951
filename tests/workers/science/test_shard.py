"""The process a worker starts: one order in, lines of the worker protocol out."""

import base64
import contextlib
import json
import signal
import subprocess
import sys

import pytest
import torch
from pydantic import TypeAdapter

from experiments.columns import unpack
from experiments.protocol import Event, Failure, ScoredExpectation
from tests.workers.science.runs import MemoryArchive, carry_out, recipe
from workers.science.storage import Storage

EVENT = TypeAdapter(Event)
EXPECT = [{"measure": "accuracy", "split": "test", "at_least": 0.0}]
ASKED = {"analyses": [{"name": "fourier-spectrum"}], "expect": EXPECT}
LONG = {"training": {"steps": 1_000_000}, "checkpoints": {"schedule": "at", "at": [0]}}


class Shard:
    def __init__(self):
        command = [sys.executable, "-m", "workers.science.shard"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.say() == {"kind": "ready"}

    def order(self, folder, recipe, **changes):
        order = {"recipe": recipe.model_dump(mode="json"), "seeds": [0, 1], "folder": str(folder), "device": "cpu"}
        self.write(order | {"threads": 1, "resume_step": None} | changes)

    def write(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def say(self):
        return json.loads(self.process.stdout.readline())

    def say_all(self):
        return [json.loads(line) for line in self.process.stdout]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def shard():
    with contextlib.closing(Shard()) as shard:
        yield shard


def of_kind(kind, lines):
    return [line for line in lines if line["kind"] == kind]


def measured_rows(lines):
    return [
        row for line in of_kind("measurements", lines) for row in unpack(base64.b64decode(line["arrow"])).to_pylist()
    ]


def test_a_shard_says_everything_in_the_worker_protocol(shard, tmp_path):
    shard.order(tmp_path, recipe(**ASKED))
    *lines, last = shard.say_all()
    assert shard.process.wait() == 0
    for line in lines:
        EVENT.validate_python(line)
    assert of_kind("log", lines)[0]["text"].startswith("Seeds 0, 1 on ")
    artifacts = [line["artifact"]["name"] for line in of_kind("artifact", lines)]
    assert len([name for name in artifacts if name.startswith("checkpoints/")]) == 8
    assert "panels/fourier-spectrum-embedding.json" in artifacts
    assert all((tmp_path / name).is_file() for name in artifacts)
    assert len(measured_rows(lines)) == 2 * 2 * 5
    assert last["kind"] == "finished"
    assert [ScoredExpectation.model_validate(score).met for score in last["expectations"]] == [True, True]


def test_a_resumed_shard_ends_with_the_same_bytes_and_repeats_no_measurement(shard, tmp_path):
    asked = recipe(training={"steps": 200}, measure_at={"schedule": "linear", "count": 200})
    shard.order(tmp_path, asked, resume_seconds=0.0)
    whole = shard.say_all()
    files = [line["artifact"] for line in of_kind("artifact", whole)]
    step = max(file["step"] for file in files if file["kind"] == "resume" and file["step"] < 200)
    last = tmp_path / "checkpoints/seed-1/step-00000200.safetensors"
    bits = last.read_bytes()
    last.unlink()

    with contextlib.closing(Shard()) as second:
        second.order(tmp_path, asked, resume_step=step)
        resumed = second.say_all()
    assert last.read_bytes() == bits
    assert measured_rows(resumed) == [row for row in measured_rows(whole) if row["step"] > step]


def test_another_process_comes_to_the_same_bytes(shard, tmp_path):
    shard.order(tmp_path, recipe())
    shard.say_all()
    archive = MemoryArchive()
    carry_out(recipe(), archive=archive)
    there = Storage(tmp_path, recipe(), (0, 1)).load(20)
    assert all(torch.equal(there[name], weight) for name, weight in archive.checkpoints[20].items())


def test_measurements_are_said_before_the_resume_point_that_builds_on_them(shard, tmp_path):
    shard.order(tmp_path, recipe(), resume_seconds=0.0)
    until = []
    for line in shard.say_all():
        if line["kind"] == "artifact" and line["artifact"]["kind"] == "resume":
            steps = {row["step"] for row in measured_rows(until)}
            assert steps == {step for step in (0, 1, 5, 12, 20) if step <= line["artifact"]["step"]}
        until.append(line)


def test_a_failure_is_typed_and_said(shard, tmp_path):
    wild = {"steps": 99, "optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 100.0}
    shard.order(tmp_path, recipe(training=wild))
    last = shard.say_all()[-1]
    assert last.pop("kind") == "failed"
    failure = Failure.model_validate(last)
    assert failure.failure == "not_finite"
    assert "seed 0" in failure.message
    assert "Traceback" in failure.traceback


def test_an_order_that_makes_no_sense_is_invalid(shard):
    shard.write({"recipe": {}, "seeds": [0]})
    (last,) = shard.say_all()
    assert (last["kind"], last["failure"]) == ("failed", "invalid")


def test_sigterm_ends_it_at_the_next_event(shard, tmp_path):
    shard.order(tmp_path, recipe(**LONG))
    while shard.say()["kind"] != "progress":
        pass
    shard.process.send_signal(signal.SIGTERM)
    assert shard.process.wait(timeout=10) == 128 + signal.SIGTERM


def test_it_ends_when_its_supervisor_is_gone(shard, tmp_path):
    shard.order(tmp_path, recipe(**LONG))
    shard.say()
    shard.process.stdin.close()
    assert shard.process.wait(timeout=10) == 1


def test_a_spare_that_is_not_needed_ends_with_its_supervisor(shard):
    shard.process.stdin.close()
    assert shard.process.wait(timeout=10) == 0
