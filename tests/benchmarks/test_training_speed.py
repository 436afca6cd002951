"""One training step of one seed against the loop people write, TransformerLens's grokking demo. Run by `make bench`.

Each loop runs in processes of its own, by turns, with the environment it would have: ours settles itself. The fastest
turn of each counts, so that a passing load on the machine does not.
"""

import json
import subprocess
import sys
from typing import Any

import pytest
import torch

from experiments.recipe.budget import step_flops
from tests.benchmarks.report import Report, Row, Section
from tests.benchmarks.training_loops import recipe

TURNS = 3
STACK = 4
PACKAGES = ("torch", "transformer_lens")
BOTH = "p = 113, 3,830 examples, one layer, d_model 128, d_mlp 512, float32 with the log-softmax in float64."


def turn(loop: str, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.training_loops", loop, *options]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])  # transformer_lens may print before
    return result


def fastest(*loops: tuple[str, ...]) -> list[float]:
    """Milliseconds per step of each loop, run by turns."""
    turns = [[1000 * float(turn(*loop)["seconds_per_step"]) for loop in loops] for _ in range(TURNS)]
    return [min(times) for times in zip(*turns, strict=True)]


def against(what: str, ours: float, demo: float, target: str, remark: str) -> Row:
    return Row(what, f"{ours:.1f} ms", f"demo {demo:.1f} ms", f"{demo / ours:.2f}", target, remark)


def test_time_of_a_step(report: Report) -> None:
    demo, ours, stacked = fastest(("demo",), ("ours",), ("ours", "--seeds", str(STACK)))
    whole_demo, whole_ours = fastest(("demo", "--whole"), ("ours", "--whole", "--steps", "125"))
    rate, most = step_flops(recipe(1)) / ours * 1000, max(turn("sgemm")["flops_per_second"] for _ in range(TURNS))
    share = "Of the matrix products of a training step per second; the rest of the step is counted against it."
    measuring = "With the demo's test loss after every step; ours takes four measures at 200 of 25,000 steps."
    per_seed = f"{STACK} seeds in one stack, per seed."
    rows = [
        against("train only", ours, demo, "4 (aim 5)", BOTH),
        against("train only, stacked", stacked / STACK, demo, "", per_seed),
        against("whole work", whole_ours, whole_demo, "7 (aim 9)", measuring),
        Row(
            "matrix products",
            f"{rate / 1e9:.0f} GFLOP/s",
            f"sgemm {most / 1e9:.0f} GFLOP/s",
            f"{rate / most:.2f}",
            "",
            share,
        ),
    ]
    report.add(Section("A training step", rows, packages=PACKAGES, threads=2))


def test_memory_of_the_process(report: Report) -> None:
    rows = []
    for n_seeds in (1, STACK):
        measured = turn("memory", "--seeds", str(n_seeds), "--steps", "130")
        taken, said = measured["taken"] / 2**20, measured["said"] / 2**20
        remark = "The peak of the process over what it takes once everything is loaded, and what the budget announces."
        what = f"memory, {n_seeds} seed{'s' if n_seeds > 1 else ''}"
        rows.append(Row(what, f"{taken:.0f} MiB", f"budget {said:.0f} MiB", f"{taken / said:.2f}", "", remark))
    report.add(Section("Memory while training", rows, packages=PACKAGES, threads=2))


def test_the_losses_of_both_loops_agree() -> None:
    demo, ours = (turn(loop, "--steps", "30")["losses"] for loop in ("demo", "ours"))
    assert ours == pytest.approx(demo, rel=1e-4)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_time_of_a_step_on_a_gpu(report: Report) -> None:
    gpu = ("--device", "cuda", "--steps", "200")
    demo, alone, many = fastest(("demo", *gpu), ("ours", *gpu), ("ours", *gpu, "--seeds", "64"))
    captured = "The same loop on the same GPU, one seed at a time; ours replays the step as a CUDA graph."
    rows = [
        against("train only, 1 seed", alone, demo, "15", captured),
        against("train only, 64 seeds", many / 64, demo, "100", "Per seed of a stack of 64."),
    ]
    report.add(Section("A training step on a GPU", rows, packages=PACKAGES, device=torch.cuda.get_device_name()))
