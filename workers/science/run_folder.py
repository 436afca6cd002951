"""The folder of a whole run: every grid point and stack, and what is written once they are done."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from pydantic import JsonValue

from experiments.recipe import Recipe, at_point, recipe_digest, recipe_from_data, resolve
from experiments.recipe.engine import engine_digest
from experiments.recipe.panels import Panel, merge
from workers.science.page import write_page
from workers.science.provenance import environment, hardware
from workers.science.recording import StackRecording
from workers.science.storage import write_whole


class FolderInUse(ValueError):
    """The folder holds something this run must not touch."""


@dataclass(frozen=True)
class Stack:
    """Seeds of one grid point that train together."""

    point: int
    overrides: dict[str, JsonValue]
    recipe: Recipe  # at the grid point
    seeds: tuple[int, ...]
    recording: StackRecording


class RunFolder:
    """`recipe.json`, `run.json`, `metrics.parquet` and `index.html`; checkpoints and panels in a folder per grid point
    when there are several, and beside them when there is one."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        self.path, self.recipe = path, recipe
        self._spent_before: dict[str, float] = {}

    def open(self, *, resume: bool) -> None:
        """Make the folder. Raises FolderInUse when it is not empty, unless it holds this recipe and `resume` is set."""
        if self.path.is_dir() and any(self.path.iterdir()):
            self._check_contents(resume=resume)
        self.path.mkdir(parents=True, exist_ok=True)
        content = resolve(self.recipe).model_dump_json(indent=2)
        write_whole(self.path / "recipe.json", content.encode())

    def _check_contents(self, *, resume: bool) -> None:
        if not resume:
            raise FolderInUse(f"{self.path} is not empty: give --resume to go on with the run in it, or another folder")
        try:
            earlier = recipe_from_data(json.loads((self.path / "recipe.json").read_bytes()))
        except (OSError, ValueError) as error:
            raise FolderInUse(f"{self.path} holds no run that could be resumed: {error}") from error
        if recipe_digest(earlier) != recipe_digest(self.recipe):
            raise FolderInUse(f"{self.path} holds a run of another recipe or other seeds: give another folder")
        about = json.loads((self.path / "run.json").read_bytes()) if (self.path / "run.json").exists() else {}
        if about.get("state") == "finished":
            raise FolderInUse(f"the run in {self.path} is finished already")
        self._spent_before = about.get("spent", {})

    @cached_property
    def stacks(self) -> list[Stack]:
        return [
            Stack(point, overrides, recipe, seeds, StackRecording(self._folder_of(point), recipe, seeds, place))
            for point, overrides in enumerate(self.recipe.points())
            for recipe in [at_point(self.recipe, overrides)]
            for place, seeds in enumerate(recipe.stacks())
        ]

    def _folder_of(self, point: int) -> Path:
        return self.path / f"point-{point:03d}" if self.recipe.n_points > 1 else self.path

    def summarise(self, state: str, device: torch.device, *, spent: dict[str, float]) -> dict[str, Any]:
        """Write what there is: run.json, metrics, panels, page; the content of run.json.

        What was spent before an interruption counts as well. A finished run no longer needs its resume state.
        """
        about = self._about(state, device)
        about["spent"] = {unit: round(self._spent_before.get(unit, 0.0) + amount, 1) for unit, amount in spent.items()}
        write_whole(self.path / "run.json", json.dumps(about, indent=2).encode())
        self._write_metrics()
        panels = list(self._merged_panels())
        for point, panel in panels:
            folder = self._folder_of(point) / "panels"
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / f"{panel.key}.json", panel.model_dump_json().encode())
        write_page(self.path, self.recipe, pq.read_table(self.path / "metrics.parquet"), panels)
        if state == "finished":
            for point in range(self.recipe.n_points):
                shutil.rmtree(self._folder_of(point) / "resume", ignore_errors=True)
        return about

    def _scores(self) -> list[dict[str, Any]]:
        """Every score with the grid point it belongs to."""
        return [
            {"point": stack.point, "overrides": stack.overrides} | score.model_dump(mode="json")
            for stack in self.stacks
            for score in stack.recording.outcome()[0]
        ]

    def _about(self, state: str, device: torch.device) -> dict[str, Any]:
        return {
            "state": state,
            "recipe_digest": recipe_digest(self.recipe),
            "engine_digest": engine_digest(),
            "environment": environment(),
            "hardware": hardware(device),
            "expectations": self._scores(),
        }

    def _write_metrics(self) -> None:
        tables = []
        for stack in self.stacks:
            table = stack.recording.measurements()
            points = pa.array([stack.point] * len(table), pa.int32())
            tables.append(table.add_column(0, "point", points))
        sink = pa.BufferOutputStream()
        pq.write_table(pa.concat_tables(tables).unify_dictionaries(), sink)
        write_whole(self.path / "metrics.parquet", sink.getvalue().to_pybytes())

    def _merged_panels(self) -> Iterator[tuple[int, Panel]]:
        """One panel per grid point and key, with the seeds of all stacks."""
        found: dict[tuple[int, str], list[Panel]] = {}
        for stack in self.stacks:
            for panel in stack.recording.outcome()[1]:
                found.setdefault((stack.point, panel.key), []).append(panel)
        for (point, _), panels in found.items():
            yield point, merge(panels)
