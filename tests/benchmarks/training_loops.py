"""The loops that are compared, each run in a process of its own: `python -m tests.benchmarks.training_loops LOOP`.

`demo` is the loop of TransformerLens's grokking demo, rebuilt with its present names: boot_native, torch's AdamW, the
whole training set each step, log-softmax in float64 at the last position. `ours` is the engine on the same data.
`sgemm` is a large product of matrices, the most that the processor's arithmetic can do.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from experiments.recipe import Recipe, recipe_from_data, resolve
from experiments.recipe.budget import budget_of
from workers.science.bridge import to_transformer_lens
from workers.science.device import DeviceName, settle
from workers.science.measures import measure
from workers.science.setup import set_up
from workers.science.training.trainer import Trainer

WARM_UP_STEPS = 5
MEASURED_SHARE = 200 / 25_000  # measure steps per training step, as in the published run
SGEMM_SIZE, SGEMM_ROUNDS = 2048, 8


def recipe(n_seeds: int) -> Recipe:
    """The published setting; its defaults are those of the recipe vocabulary."""
    measures = [{"name": name, "split": split} for name in ("loss", "accuracy") for split in ("train", "test")]
    task = {"name": "modular-addition", "modulus": 113, "train_fraction": 0.3}
    data = {"title": "speed", "problem": "5.3", "seeds": list(range(n_seeds)), "task": task, "measures": measures}
    return resolve(recipe_from_data(data | {"stack": n_seeds}))


def demo_step(with_test_loss: bool, device: torch.device) -> Callable[[], float]:
    """One epoch of the demo: train loss, backward, AdamW; and the test loss, which the demo takes every epoch."""
    asked = recipe(1)
    setup = set_up(asked, [0], device)
    weights = {name: weight[0] for name, weight in setup.model.initial_weights([0]).items()}
    model = to_transformer_lens(setup.model, weights).to(device)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=1.0, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: min(1, (update + 1) / 10))
    (train, test) = ((setup.splits[split].inputs[0], setup.splits[split].labels[0]) for split in ("train", "test"))

    def loss_on(tokens: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        log_probabilities: torch.Tensor = model(tokens)[:, -1].to(torch.float64).log_softmax(-1)
        return -log_probabilities.gather(-1, labels).mean()

    def step() -> float:
        loss = loss_on(*train)
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if with_test_loss:
            with torch.inference_mode():
                loss_on(*test)
        return loss.item()

    return step


def our_step(n_seeds: int, with_measures: bool, device: DeviceName = "cpu") -> Callable[[], float]:
    """One update of every seed; with measures, all of them as often as the published run would take them."""
    asked = recipe(n_seeds)
    trainer = Trainer(asked, range(n_seeds), settle(device, threads=torch.get_num_threads()))
    due = 0.0

    def step() -> float:
        nonlocal due
        losses = trainer.update()
        due += MEASURED_SHARE
        if with_measures and due >= 1:
            due -= 1
            snapshot = trainer.snapshot()
            for spec in asked.measures:
                measure(spec, snapshot)
        return float(losses[0])

    return step


def timed(step: Callable[[], float], n_steps: int) -> dict[str, Any]:
    losses = [step() for _ in range(WARM_UP_STEPS)]
    started = time.perf_counter()
    losses += [step() for _ in range(n_steps)]
    return {"seconds_per_step": (time.perf_counter() - started) / n_steps, "losses": losses}


def sgemm() -> dict[str, float]:
    """Floating-point operations per second."""
    factor = torch.ones(SGEMM_SIZE, SGEMM_SIZE)
    out = factor @ factor
    seconds = []
    for _ in range(SGEMM_ROUNDS):
        started = time.perf_counter()
        torch.mm(factor, factor, out=out)
        seconds.append(time.perf_counter() - started)
    return {"flops_per_second": 2 * SGEMM_SIZE**3 / min(seconds)}


def memory(n_seeds: int, n_steps: int) -> dict[str, float]:
    """Bytes that the process takes for training and measuring, over what it had before, and what the budget says."""
    before = bytes_of_process("VmRSS")
    timed(our_step(n_seeds, with_measures=True), n_steps)
    return {"taken": bytes_of_process("VmHWM") - before, "said": budget_of(recipe(n_seeds)).memory_bytes}


def bytes_of_process(what: str) -> int:
    """As Linux counts them: VmRSS is what is resident now, VmHWM the most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", choices=["demo", "ours", "sgemm", "memory"])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="with the test loss or the measures")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    told = parser.parse_args()
    torch.set_num_threads(told.threads)
    if told.loop == "sgemm":
        result: dict[str, Any] = sgemm()
    elif told.loop == "memory":
        result = memory(told.seeds, told.steps)
    elif told.loop == "demo":
        result = timed(demo_step(told.whole, torch.device(told.device)), told.steps)
    else:
        result = timed(our_step(told.seeds, told.whole, told.device), told.steps)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
