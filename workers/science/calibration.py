"""How fast this machine trains: measured with real steps, for small products never reach the rate of large ones."""

import time

import torch

from experiments.recipe import Recipe, recipe_from_data, resolve
from experiments.recipe.budget import SECONDS_PER_UPDATE, step_flops
from workers.science.training.trainer import Trainer

WARM_UP_STEPS, MEASURED_STEPS = 5, 10  # on a GPU, the step is captured within the first few


def calibrate(device: torch.device) -> float:
    """Floating-point operations per second while training, measured for a fraction of a second.

    The fastest step counts, less what any update takes before its first product: see `Budget.seconds_on`.
    """
    recipe = _small_recipe()
    trainer = Trainer(recipe, recipe.seeds, device)
    seconds = []
    for _ in range(WARM_UP_STEPS + MEASURED_STEPS):
        started = time.perf_counter()
        trainer.update()
        trainer.check()  # waits for the device
        seconds.append(time.perf_counter() - started)
    fastest = min(seconds[WARM_UP_STEPS:])
    return step_flops(recipe) * len(recipe.seeds) / max(fastest - SECONDS_PER_UPDATE, fastest / 2)


def _small_recipe() -> Recipe:
    """As large as what people run on a laptop."""
    return resolve(
        recipe_from_data(
            {
                "title": "Calibration",
                "problem": "5.3",
                "seeds": [0, 1],
                "task": {"name": "modular-addition", "modulus": 59, "train_fraction": 0.5},
                "model": {"name": "transformer", "d_model": 64, "n_heads": 4, "d_mlp": 256},
                "measures": [{"name": "loss"}],
            }
        )
    )
