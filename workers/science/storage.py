"""The files of the seeds that train together: checkpoints, panels, resume points. One folder, one naming."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from experiments.protocol import ScoredExpectation, StoredArtifact
from experiments.recipe import Recipe, recipe_digest
from experiments.recipe.combined import TaskSpec
from experiments.recipe.models import ModelSpec
from experiments.recipe.panels import Panel
from workers.science.events import Checkpointed, ResumePoint
from workers.science.model import Model, Weights
from workers.science.models import build_model

METADATA_KEY = "circuitboard"  # one key only: safetensors writes several in no fixed order


def checkpoint_name(seed: int, step: int) -> str:
    return f"checkpoints/seed-{seed}/step-{step:08d}.safetensors"


def resume_name(step: int) -> str:
    return f"resume/step-{step:08d}.safetensors"


def resume_step(path: Path) -> int:
    """The step in the name of a resume file."""
    return int(path.stem.removeprefix("step-"))


def read_checkpoint(path: Path) -> tuple[Model, Weights]:
    """The model and the weights of one seed (no seed axis) from a checkpoint file alone."""
    weights, about = _unpacked(path)
    model, task = TypeAdapter[ModelSpec](ModelSpec), TypeAdapter[TaskSpec](TaskSpec)
    return build_model(model.validate_python(about["model"]), task.validate_python(about["task"])), weights


class Storage:
    """Writes what `conduct` yields and reads it back; as an `Archive` it serves the analyses."""

    def __init__(self, folder: Path, recipe: Recipe, seeds: tuple[int, ...]) -> None:
        self.folder, self.seeds = folder, seeds
        self._about = {"recipe": recipe_digest(recipe)}
        self._parts = {"task": recipe.task.model_dump(mode="json"), "model": recipe.model.model_dump(mode="json")}

    def keep_checkpoint(self, event: Checkpointed) -> Iterator[StoredArtifact]:
        """One file per seed, which says in its metadata all that is needed to build the model again."""
        for place, seed in enumerate(event.seeds):
            tensors = {name: weight[place] for name, weight in event.weights.items()}
            about = self._about | self._parts | {"seed": seed, "step": event.step}
            name = checkpoint_name(seed, event.step)
            yield self._write(name, "checkpoint", _packed(tensors, about), seed=seed, step=event.step)

    def load(self, step: int) -> Weights:
        by_seed = [read_weights(self.folder / checkpoint_name(seed, step)) for seed in self.seeds]
        return {name: torch.stack([tensors[name] for tensors in by_seed]) for name in by_seed[0]}

    def keep_panel(self, panel: Panel) -> StoredArtifact:
        return self._write(f"panels/{panel.key}.json", "panel", panel.model_dump_json().encode())

    def keep_resume_point(self, point: ResumePoint) -> StoredArtifact:
        tensors = {f"weights/{name}": value for name, value in point.weights.items()}
        tensors |= {f"optimizer/{name}": value for name, value in point.optimizer.items()}
        tensors |= {f"watch/{name}": value for name, value in point.watch.items()}
        tensors |= {f"masks/{name}": value for name, value in point.masks.items()}
        scored = [score.model_dump(mode="json") for score in point.scored]
        about = self._about | {"step": point.step, "seeds": point.seeds, "scored": scored}
        return self._write(resume_name(point.step), "resume", _packed(tensors, about), step=point.step)

    def resume_point(self, step: int) -> ResumePoint:
        """Raises ValueError when the file belongs to another recipe or other seeds."""
        tensors, about = _unpacked(self.folder / resume_name(step))
        for what, expected in (("recipe", self._about["recipe"]), ("seeds", list(self.seeds)), ("step", step)):
            if about[what] != expected:
                raise ValueError(f"the resume point is of {what} {about[what]}, not {expected}")
        scored = tuple(ScoredExpectation.model_validate(score) for score in about["scored"])
        kinds = ("weights", "optimizer", "watch", "masks")
        weights, optimizer, watch, masks = (_under(f"{what}/", tensors) for what in kinds)
        return ResumePoint(step, self.seeds, weights, optimizer, watch, masks, scored)

    def _write(
        self, name: str, kind: str, data: bytes, *, seed: int | None = None, step: int | None = None
    ) -> StoredArtifact:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
        sha256 = hashlib.sha256(data).hexdigest()
        return StoredArtifact.model_validate(
            {"name": name, "kind": kind, "sha256": sha256, "n_bytes": len(data), "seed": seed, "step": step}
        )


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there in full or not at all."""
    half = path.with_name(path.name + ".part")
    try:
        half.write_bytes(data)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The weights of one seed (no seed axis) from a checkpoint file, whatever network they are of."""
    return _unpacked(path)[0]


def _packed(tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> bytes:
    whole = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    return save(whole, metadata={METADATA_KEY: json.dumps(about, sort_keys=True)})


def _unpacked(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        return tensors, json.loads(file.metadata()[METADATA_KEY])


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
