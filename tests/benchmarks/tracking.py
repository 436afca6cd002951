"""The same measurements into two stores: our site, by HTTP as a worker does, and MLflow's file, by its client."""

import base64
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa

from experiments.client import Client
from experiments.protocol import Announcement, EventBatch, MeasurementsEvent
from tests.architecture.source import ROOT
from tests.end_to_end.house import Member, free_port, plain_environment, wait_for
from workers.science.events import Measured
from workers.science.measurements import MeasurementRows
from workers.session import ShardSession, Site

SEEDS, MEASURES, STEPS = 10, ("loss train", "loss test", "accuracy test"), 1000
N_SERIES = SEEDS * len(MEASURES)
N_POINTS = N_SERIES * STEPS

RECIPE = f"""
title = "Thirty series"
problem = "5.3"
seeds = {list(range(SEEDS))}
stack = {SEEDS}
[task]
name = "modular-addition"
modulus = 7
[model]
name = "transformer"
d_model = 8
n_heads = 2
d_mlp = 8
[training]
steps = {STEPS}
[[measures]]
name = "loss"
split = "test"
"""


def values() -> np.ndarray:
    """A number for each step, measure and seed, as a training run on float32 gives them: no two alike."""
    noise = np.random.default_rng(0).normal(size=(STEPS, len(MEASURES), SEEDS))
    return (np.exp(-np.arange(STEPS) / 300)[:, None, None] + 0.01 * noise).astype(np.float32).astype(np.float64)


class OurStore:
    """A web server on SQLite, in a process of its own."""

    password = "correct horse battery"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = plain_environment() | {
            "DJANGO_SETTINGS_MODULE": "deploy.settings",
            "DJANGO_SUPERUSER_PASSWORD": self.password,
            "CIRCUITBOARD_DATA_DIR": str(folder),
            "CIRCUITBOARD_SECRET_KEY": "of a benchmark",
            "CIRCUITBOARD_BROKER_URL": "redis://127.0.0.1:9/0",  # nobody is woken
            "CIRCUITBOARD_LOG_LEVEL": "WARNING",
        }

    def manage(self, *command: str) -> str:
        asked = [sys.executable, "manage.py", *command]
        done = subprocess.run(asked, env=self.environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextmanager
    def running(self) -> Iterator[None]:
        for step in ("migrate -v0", "collectstatic --no-input -v0", "load_catalogue"):
            self.manage(*step.split())
        self.manage("createsuperuser", "--no-input", "--username", "demo", "--email", "a@b.example")
        self.token = self.manage("create_worker_token", "--owner", "demo")
        options = [f"--bind=127.0.0.1:{self.port}", "--worker-class=gthread", "--threads=4", "--no-control-socket"]
        command = [sys.executable, "-m", "gunicorn", "deploy.wsgi", *options]
        with (self.folder / "web.log").open("wb") as log:
            server = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(self._answers, seconds=60)
            self.member = Member(self)  # type: ignore[arg-type] # to its members, it looks like a house
            with Site(self.url, self.token) as self.site, httpx.Client() as http:
                self._reader = Client(self.url, http=http)  # a notebook keeps its client as well
                yield
            self.member.close()
        finally:
            server.terminate()
            server.wait(20)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live/").status_code == 200
        except httpx.TransportError:
            return False

    def logs(self) -> str:
        return (self.folder / "web.log").read_text()

    def claimed(self) -> tuple[int, ShardSession]:
        """A new run whose one shard this worker holds."""
        run = self.member.submit(RECIPE)
        instance = uuid.uuid4().hex
        said: dict[str, Any] = {"hardware_class": "cpu", "device": "none", "slots": 256, "memory_bytes": 2**35}
        said |= {"flops_per_second": 1e9, "engine_digest": "e" * 64, "instance": instance}
        worker = self.site.announce(Announcement(name="bench", starting=True, **said)).worker
        [shard] = self.member.run(run)["shards"]
        claim = self.site.claim(shard["id"], worker=worker, instance=instance)
        self.epoch = claim.epoch
        return run, ShardSession(self.site, claim, may_go_on=lambda: False)

    def store(self, session: ShardSession, numbers: np.ndarray, *, steps_a_call: int) -> None:
        for seq, start in enumerate(range(0, STEPS, steps_a_call)):
            data = packed(numbers, start, min(start + steps_a_call, STEPS))
            event = MeasurementsEvent(arrow=base64.b64encode(data).decode())
            assert session.send(EventBatch(epoch=self.epoch, seq=seq, events=[event])).stored

    def read(self, run: int) -> pa.Table:
        return self._reader.run(run).measurements()

    def n_bytes(self) -> int:
        """Of the tables that measurements are kept in, with their indexes; the log of writes not counted."""
        return int(self.manage("shell", "-v0", "-c", SIZE))


SIZE = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cursor.execute("VACUUM")
    cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
    print(cursor.fetchone()[0])
"""


def packed(numbers: np.ndarray, start: int, end: int) -> bytes:
    """As the engine packs what it has measured: a number for each seed at a time."""
    rows = MeasurementRows()
    for step in range(start, end):
        for place, measure in enumerate(MEASURES):
            name, split = measure.split()
            rows.add(Measured(step, name, split, "", tuple(range(SEEDS)), tuple(numbers[step, place].tolist())))
    return rows.take_packed()


class Mlflow:
    """Its client on its SQLite file, in this process: no HTTP between."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        from mlflow.tracking import MlflowClient

        self.file = folder / "mlflow.db"
        self._client = MlflowClient(tracking_uri=f"sqlite:///{self.file}")
        self._experiment = self._client.create_experiment("benchmark")

    def new_run(self) -> str:
        return str(self._client.create_run(self._experiment).info.run_id)

    def store(self, run: str, numbers: np.ndarray) -> None:
        """As many as one call may hold: a thousand."""
        from mlflow.entities import Metric

        metrics = [
            Metric(f"seed {seed} {measure}", float(numbers[step, place, seed]), 0, step)
            for step in range(STEPS)
            for place, measure in enumerate(MEASURES)
            for seed in range(SEEDS)
        ]
        for start in range(0, len(metrics), 1000):
            self._client.log_batch(run, metrics=metrics[start : start + 1000])

    def read(self, run: str) -> int:
        names = [f"seed {seed} {measure}" for measure in MEASURES for seed in range(SEEDS)]
        return sum(len(self._client.get_metric_history(run, name)) for name in names)

    def n_bytes(self) -> int:
        return self.file.stat().st_size
