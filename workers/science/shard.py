"""The process that carries out one shard for a worker: one JSON line in, JSON lines out (see experiments/protocol.py).

It is forked by a nursery that has torch loaded, or started afresh where that cannot be, and says "ready" when it is.
Then it reads one order from standard input, and goes on watching it: its end means that the supervisor is gone.
"""

import base64
import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from experiments.protocol import StoredArtifact
from experiments.recipe import Recipe, point_from_data
from experiments.recipe.engine import engine_digest
from workers.science.conduct import conduct
from workers.science.device import settle
from workers.science.events import Analysed, Checkpointed, Event, Finished, Measured, Noticed, Progress, ResumePoint
from workers.science.failures import failure_of
from workers.science.measurements import MeasurementRows
from workers.science.pace import Pace
from workers.science.provenance import environment, hardware
from workers.science.start_files import StartFiles
from workers.science.storage import Storage

FLUSH_SECONDS = 1.0
PROGRESS_SECONDS = 0.5
FIRST_RESUME_SECONDS = 1.0  # doubled each time: a young run loses little, and an old one seldom stops to save
START_FOLDER = "start"  # in the folder of the shard: the checkpoints of the run that the recipe starts from
ENDED_BY_SIGTERM = 128 + signal.SIGTERM


class Order(BaseModel):
    """What the supervisor asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: dict[str, Any]  # resolved, of one grid point
    seeds: Annotated[list[int], Field(min_length=1)]
    folder: Path  # with START_FOLDER in it if the recipe starts from another run
    device: Literal["cpu", "cuda"]
    threads: Annotated[int, Field(ge=1)]
    resume_step: int | None = None  # its resume file and all earlier checkpoints are in the folder
    resume_seconds: float = 20.0  # between two resume points, at most


class Voice:
    """The only way to standard output, one JSON object a line."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def say(self, kind: str, **content: Any) -> None:
        self._out.write(json.dumps({"kind": kind} | content).encode() + b"\n")
        self._out.flush()

    def log(self, text: str) -> None:
        self.say("log", at=datetime.now(UTC).isoformat(timespec="seconds"), text=text)


class Reporter:
    """Stores what the engine yields and says it, at a pace that the site can take."""

    def __init__(self, order: Order, storage: Storage, voice: Voice) -> None:
        self._order, self._storage, self._voice = order, storage, voice
        self._rows, self._pace = MeasurementRows(), Pace()
        self._flush_at = self._progress_at = 0.0
        self._resume_pause = min(FIRST_RESUME_SECONDS, order.resume_seconds)
        self._resume_at = time.monotonic() + self._resume_pause
        self._phase = ""

    def take(self, event: Event) -> None:
        match event:
            case Progress():
                self._progress(event)
            case Measured():
                self._rows.add(event)
            case Checkpointed():
                for artifact in self._storage.keep_checkpoint(event):
                    self._artifact(artifact)
            case ResumePoint():
                self._resume_point(event)
            case Noticed():
                self._voice.log(event.text)
            case Analysed():
                self._artifact(self._storage.keep_panel(event.panel))
        if time.monotonic() >= self._flush_at:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self._voice.say("measurements", arrow=base64.b64encode(self._rows.take_packed()).decode())
        self._flush_at = time.monotonic() + FLUSH_SECONDS

    def _progress(self, event: Progress) -> None:
        if event.phase == "training":
            self._pace.see(event.step, time.monotonic())
        if event.phase == self._phase and time.monotonic() < self._progress_at:
            return
        left = self._pace.seconds_left(event.steps) if event.phase == "training" else None
        self._voice.say("progress", phase=event.phase, step=event.step, steps=event.steps, seconds_left=left)
        self._phase, self._progress_at = event.phase, time.monotonic() + PROGRESS_SECONDS

    def _resume_point(self, event: ResumePoint) -> None:
        """Measurements go first: whoever resumes here must have everything up to here."""
        if time.monotonic() < self._resume_at:
            return
        self.flush()
        self._artifact(self._storage.keep_resume_point(event))
        self._resume_pause = min(2 * self._resume_pause, self._order.resume_seconds)
        self._resume_at = time.monotonic() + self._resume_pause

    def _artifact(self, artifact: StoredArtifact) -> None:
        self._voice.say("artifact", artifact=artifact.model_dump(mode="json"))


def carry_out(order: Order, voice: Voice) -> None:
    started = time.monotonic()
    device = settle(order.device, threads=order.threads)
    recipe = point_from_data(order.recipe)
    storage = Storage(order.folder, recipe, tuple(order.seeds))
    reporter = Reporter(order, storage, voice)
    voice.log(_greeting(order, hardware(device)))
    finished: Finished | None = None
    with stop_requested() as stop:
        for event in _events(order, recipe, storage, device):
            if stop.is_set():
                sys.exit(ENDED_BY_SIGTERM)
            reporter.take(event)
            finished = event if isinstance(event, Finished) else None
    reporter.flush()
    assert finished is not None, "the engine ended without saying so"
    voice.say(
        "finished",
        expectations=[score.model_dump(mode="json") for score in finished.expectations],
        engine_digest=engine_digest(),
        environment=environment(),
        hardware=hardware(device),
        device_seconds=time.monotonic() - started,
    )


def _greeting(order: Order, device: str) -> str:
    seeds = ", ".join(map(str, order.seeds))
    since = "" if order.resume_step is None else f", going on from step {order.resume_step:,}"
    return f"Seeds {seeds} on {device} with {order.threads} threads{since}"


def _events(order: Order, recipe: Recipe, storage: Storage, device: torch.device) -> Iterator[Event]:
    resume = None if order.resume_step is None else storage.resume_point(order.resume_step)
    start_from = None if recipe.start.is_fresh else StartFiles(order.folder / START_FOLDER, recipe.start)
    return conduct(recipe, seeds=order.seeds, device=device, archive=storage, resume=resume, start_from=start_from)


@contextlib.contextmanager
def stop_requested() -> Iterator[threading.Event]:
    """An event that SIGTERM sets; it is looked at between two events of the engine."""
    stop = threading.Event()
    earlier = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, earlier)


def take_over_stdout() -> BinaryIO:
    """Standard output for ourselves; whatever else in this process prints goes to standard error."""
    ours = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return ours


def end_with_supervisor() -> None:
    """Leave at once when standard input ends: nobody listens any more."""
    while os.read(0, 4096):
        pass
    os._exit(1)


def load_ahead() -> None:
    """Load what every shard needs and computes nothing: see `workers.science.nursery`."""
    settle("cpu", threads=1)  # torch loads its compiler for the sake of deterministic algorithms
    MeasurementRows().table()  # Arrow looks for pandas
    engine_digest()  # of the sources that were loaded, whatever becomes of the files


def main() -> int:
    voice = Voice(take_over_stdout())
    voice.say("ready")
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    threading.Thread(target=end_with_supervisor, daemon=True, name="watch-supervisor").start()
    try:
        carry_out(Order.model_validate_json(line), voice)
    except Exception as error:
        failure = failure_of(error, traceback.format_exc())
        voice.say("failed", **failure.model_dump(mode="json"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
