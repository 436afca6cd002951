"""What a whole run takes beside its bare training loop. Run by `make bench`."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import torch

from experiments.recipe import Recipe, at_point, recipe_from_toml
from experiments.recipe.budget import budget_of
from tests.benchmarks.report import Report, Row, Section
from workers.science.calibration import calibrate
from workers.science.conduct import conduct
from workers.science.device import settle
from workers.science.recording import StackRecording
from workers.science.training.trainer import Trainer

PRESETS = Path(__file__).parents[2] / "experiments" / "presets"
LAPTOP = sorted(path.name for path in PRESETS.glob("*.laptop.toml"))
TURNS = 3
WATCHED_STEPS = 1000
ONE_STEP = """
title = "One step"
problem = "5.3"
task = { name = "modular-addition", modulus = 59 }
training = { steps = 1 }
measures = [{ name = "loss" }]
"""
ESTIMATED_SECONDS = 10.0  # how long each preset is trained before the rest is worked out


@pytest.fixture(scope="module")
def device() -> torch.device:
    return settle("cpu", threads=2)


def preset(name: str, **changes: object) -> Recipe:
    recipe = recipe_from_toml((PRESETS / name).read_text(encoding="utf-8"))
    recipe = at_point(recipe, next(iter(recipe.points())))
    return Recipe.model_validate(recipe.model_dump(mode="json", exclude_unset=True) | changes)


def watched() -> Recipe:
    """A laptop preset for 1,000 steps, with 200 checkpoints and its measures at 30 steps."""
    whole = preset("grokking-modular-addition.laptop.toml", analyses=[], expect=[])
    training = whole.training.model_dump(mode="json", exclude_unset=True) | {"steps": WATCHED_STEPS}
    often = {"checkpoints": {"schedule": "linear", "count": 200}, "measure_at": {"schedule": "linear", "count": 30}}
    return Recipe.model_validate(whole.model_dump(mode="json", exclude_unset=True) | often | {"training": training})


def bare_seconds(recipe: Recipe, device: torch.device) -> float:
    started = time.perf_counter()
    trainer = Trainer(recipe, recipe.seeds, device)
    for _ in range(recipe.training.steps):
        trainer.update()
    return time.perf_counter() - started


def watched_seconds(recipe: Recipe, device: torch.device) -> float:
    """With every file written."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        recording = StackRecording(Path(folder), recipe, recipe.seeds, 0)
        for event in conduct(recipe, seeds=recipe.seeds, device=device, archive=recording.storage):
            recording.take(event)
    return time.perf_counter() - started


def test_measures_and_checkpoints(report: Report, device: torch.device) -> None:
    recipe = watched()
    turns = [(bare_seconds(recipe, device), watched_seconds(recipe, device)) for _ in range(TURNS)]
    bare, whole = (min(times) for times in zip(*turns, strict=True))
    remark = (
        f"{WATCHED_STEPS:,} steps of the laptop grokking recipe, so small that a look counts: 200 checkpoints of "
        "each seed written, and all measures taken at 30 steps."
    )
    figures = f"{whole:.1f} s", f"bare {bare:.1f} s", f"{whole / bare:.3f}"
    row = Row("200 checkpoints, 30 looks", *figures, "1.10", remark)
    report.add(Section("Measures and checkpoints", [row], ["torch"], threads=2))


def seconds_of(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], capture_output=True, check=True)
    return time.perf_counter() - started


def test_start_up(report: Report, tmp_path: Path) -> None:
    asked = tmp_path / "recipe.toml"
    asked.write_text(ONE_STEP)
    command = ["-m", "workers.science", str(asked), "--threads", "2", "--out"]
    ours = min(seconds_of(*command, str(tmp_path / str(turn))) for turn in range(TURNS))
    of_torch = min(seconds_of("-c", "import torch") for _ in range(TURNS))
    remark = "The whole command for a run of one step, to its last file: the first step is made before that."
    figures = f"{ours:.1f} s", f"import torch {of_torch:.1f} s", f"{ours / of_torch:.2f}"
    report.add(Section("Start-up", [Row("a run of one step", *figures, "under 4 s", remark)], ["torch"], threads=2))


def test_estimates(report: Report, device: torch.device) -> None:
    """Training alone is extrapolated; an estimate also covers the measures, which are a small part of these recipes."""
    rate = calibrate(device)
    rows = []
    for name in LAPTOP:
        recipe = preset(name, start={}, interventions=[])
        seconds_per_step = _seconds_per_step(recipe, device)
        real = seconds_per_step * recipe.training.steps * len(recipe.stacks())
        said = budget_of(recipe).seconds_on(rate) or 0.0
        rows.append(
            Row(
                name.removesuffix(".laptop.toml"),
                f"said {said:.0f} s",
                f"real {real:.0f} s",
                f"{said / real:.2f}",
                "0.67 to 1.5",
            )
        )
    report.add(Section("Estimated time of the laptop recipes", rows, packages=["torch"], threads=2))


def _seconds_per_step(recipe: Recipe, device: torch.device) -> float:
    trainer = Trainer(recipe, recipe.stacks()[0], device)
    trainer.update()
    started, steps = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - started) < ESTIMATED_SECONDS and trainer.step < recipe.training.steps:
        trainer.update()
        steps += 1
    return elapsed / steps
