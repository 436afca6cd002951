"""Small real things for tests: people, problems, recipes, runs, workers, measurements, files."""

import base64
import datetime
import hashlib
import io
import tomllib
from typing import Any

import pyarrow as pa
from django.utils import timezone

from experiments.columns import pack
from experiments.models import Run, Shard, SubmittedRecipe, Worker
from experiments.protocol import (
    Announcement,
    ArtifactEvent,
    EventBatch,
    MeasurementsEvent,
    Outcome,
    StoredArtifact,
)
from experiments.recipe.engine import vocabulary_digest
from experiments.recipe.panels import Axis, Panel, Series
from experiments.services.blobs import store_blob
from experiments.services.leases import Granted, claim_shard
from experiments.services.recipes import PRESETS, submit_recipe
from experiments.services.runs import submit_run
from experiments.services.tokens import create_worker_token
from experiments.services.workers import announce_worker
from problems.models import Category, Problem, User

ENGINE = "e" * 64

RECIPE = """
title = "Tiny addition"
problem = "5.3"
seeds = {seeds}
stack = {stack}
{sweep}
[task]
name = "modular-addition"
modulus = 7
[model]
name = "transformer"
d_model = 8
n_heads = 2
d_mlp = 8
[training]
steps = {steps}
[[measures]]
name = "loss"
split = "test"
"""


def make_person(handle: str, **fields: Any) -> User:
    return User.objects.create_user(handle, password="correct horse", **fields)


def make_problem(category: int = 5, index: int = 3) -> Problem:
    chapter, _ = Category.objects.get_or_create(number=category, defaults={"name": f"Category {category}"})
    number = f"{category}.{index}"
    return Problem.objects.get_or_create(
        number=number, defaults={"category": chapter, "index": index, "statement": "Why?"}
    )[0]


def make_problems_of_presets() -> None:
    """Every problem that a shipped recipe is about."""
    for path in PRESETS.glob("*.toml"):
        category, index = tomllib.loads(path.read_text(encoding="utf-8"))["problem"].split(".")
        make_problem(int(category), int(index))


def recipe_toml(*, seeds: tuple[int, ...] = (0, 1), stack: int = 2, steps: int = 100, sweep: str = "") -> str:
    return RECIPE.format(seeds=list(seeds), stack=stack, steps=steps, sweep=sweep)


def make_recipe(author: User | None = None, **fields: Any) -> SubmittedRecipe:
    make_problem()
    return submit_recipe(author=author, toml=recipe_toml(**fields))


def make_run(submitter: User, **fields: Any) -> Run:
    return submit_run(recipe=make_recipe(submitter, **fields), submitter=submitter)


def announcement(name: str = "bench-1", **fields: Any) -> Announcement:
    said: dict[str, Any] = {
        "name": name,
        "hardware_class": "cpu",
        "device": "a small machine",
        "slots": 1,
        "memory_bytes": 8 * 2**30,
        "flops_per_second": 1e10,
        "engine_digest": ENGINE,
        "vocabulary": vocabulary_digest(),
    }
    return Announcement(**said | fields)


def make_worker(owner: User, name: str = "bench-1", **fields: Any) -> Worker:
    token = create_worker_token(owner=owner).token
    return announce_worker(token=token, announcement=announcement(name, **fields))


def claim(shard: Shard, worker: Worker) -> Granted:
    return claim_shard(shard_id=shard.pk, worker=worker)


def measured(*rows: tuple[int, int, float], measure: str = "loss", split: str = "test") -> MeasurementsEvent:
    """Rows are (seed, step, value)."""
    columns = {
        "seed": [seed for seed, _, _ in rows],
        "step": [step for _, step, _ in rows],
        "measure": [measure] * len(rows),
        "split": [split] * len(rows),
        "component": [""] * len(rows),
        "value": [float(value) for _, _, value in rows],
    }
    return MeasurementsEvent(arrow=base64.b64encode(pack(pa.table(columns))).decode())


def batch(granted: Granted, seq: int, *events: Any) -> EventBatch:
    return EventBatch(epoch=granted.lease.epoch, seq=seq, events=list(events))


def stored_file(name: str, content: bytes, *, kind: Any = "checkpoint", **fields: Any) -> StoredArtifact:
    """A file whose bytes are uploaded; naming it in an event or a manifest is left to the test."""
    sha256 = hashlib.sha256(content).hexdigest()
    store_blob(sha256=sha256, stream=io.BytesIO(content), n_bytes=len(content))
    return StoredArtifact(name=name, kind=kind, sha256=sha256, n_bytes=len(content), **fields)


def artifact_event(name: str, content: bytes, **fields: Any) -> ArtifactEvent:
    return ArtifactEvent(artifact=stored_file(name, content, **fields))


def file_event(name: str, content: bytes, *, kind: Any = "checkpoint", **fields: Any) -> ArtifactEvent:
    """A file whose bytes come with its event."""
    sha256 = hashlib.sha256(content).hexdigest()
    artifact = StoredArtifact(name=name, kind=kind, sha256=sha256, n_bytes=len(content), **fields)
    return ArtifactEvent(artifact=artifact, content=base64.b64encode(content).decode())


def panel(seed: int, *, key: str = "curve") -> bytes:
    series = Series(name=f"seed {seed}", seed=seed, x=[0, 1], y=[1.0, 2.0])
    made = Panel(key=key, title="A curve", kind="lines", x=Axis(label="step"), y=Axis(label="value"), series=[series])
    return made.model_dump_json().encode()


def succeeded(granted: Granted, *manifest: StoredArtifact, **fields: Any) -> Outcome:
    return Outcome(
        epoch=granted.lease.epoch,
        result="succeeded",
        manifest=list(manifest),
        engine_digest=ENGINE,
        environment={"python": "3.11"},
        **fields,
    )


def go_silent(shard: Shard) -> None:
    """As if the worker had last been heard of a minute ago."""
    Shard.objects.filter(pk=shard.pk).update(lease_until=timezone.now() - datetime.timedelta(seconds=15))
