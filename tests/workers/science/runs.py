"""Small recipes and a way to carry them out in memory."""

from typing import Any

import torch

from experiments.recipe import Recipe, at_point, recipe_from_data
from workers.science.conduct import conduct
from workers.science.events import Checkpointed, Event, Measured, ResumePoint
from workers.science.model import Weights

ADDITION: dict[str, Any] = {
    "title": "tiny",
    "problem": "5.3",
    "seeds": [0, 1],
    "task": {"name": "modular-addition", "modulus": 7, "train_fraction": 0.5},
    "model": {"name": "transformer", "d_model": 8, "n_heads": 2, "d_mlp": 16},
    "training": {"steps": 20, "learning_rate": 3e-3},
    "checkpoints": {"schedule": "at", "at": [5, 10]},
    "measure_at": {"schedule": "at", "at": [1, 5, 12]},
    "measures": [{"name": "loss", "split": "train"}, {"name": "accuracy", "split": "test"}],
}
PREVIOUS_TOKEN: dict[str, Any] = ADDITION | {
    "problem": "3.21",
    "task": {"name": "previous-token", "vocabulary": 5, "length": 4, "n_test": 8},
    "model": {"name": "transformer", "d_model": 8, "n_heads": 1, "d_mlp": 0, "positions": "rotary"},
    "training": {"steps": 20, "batch": 6},
    "measures": [{"name": "loss", "split": "test"}],
}
MLP: dict[str, Any] = ADDITION | {
    "problem": "3.3",
    "model": {"name": "mlp", "inputs": "embedded-concat", "d_embed": 3, "n_layers": 2, "d_mlp": 8},
}
SUPERPOSITION: dict[str, Any] = ADDITION | {
    "problem": "4.1",
    "task": {"name": "feature-reconstruct", "n_features": 4, "sparsity": 0.5, "n_test": 16},
    "model": {"name": "toy-model", "d_hidden": 2, "dropout": 0.3},
    "training": {"steps": 20, "batch": 6, "learning_rate": 1e-2},
    "measures": [{"name": "loss"}, {"name": "feature-dimensionality"}],
}
REGRESSION: dict[str, Any] = ADDITION | {
    "problem": "3.13",
    "task": {"name": "icl-regression", "dims": 2, "points": 4, "n_test": 16},
    "model": {"name": "transformer", "d_model": 8, "n_heads": 2, "d_mlp": 16},
    "training": {"steps": 20, "batch": 6},
    "measures": [{"name": "loss"}, {"name": "excess-loss"}],
}
FAMILIES: dict[str, dict[str, Any]] = {
    "addition": ADDITION,
    "previous token": PREVIOUS_TOKEN,
    "mlp": MLP,
    "superposition": SUPERPOSITION,
    "regression": REGRESSION,
}


def recipe(base: dict[str, Any] = ADDITION, **changes: Any) -> Recipe:
    """The recipe with top-level fields replaced, as a worker gets it."""
    return at_point(recipe_from_data(base | changes), {})


class MemoryArchive:
    """Checkpoints kept in memory."""

    def __init__(self) -> None:
        self.checkpoints: dict[int, Weights] = {}

    def load(self, step: int) -> Weights:
        return self.checkpoints[step]


def carry_out(
    recipe: Recipe, *, seeds: tuple[int, ...] = (0, 1), archive: MemoryArchive | None = None, resume: Any = None
) -> list[Event]:
    """Every event but the resume points, whose tensors live on."""
    archive = archive or MemoryArchive()
    events: list[Event] = []
    for event in conduct(recipe, seeds=seeds, device=torch.device("cpu"), archive=archive, resume=resume):
        if isinstance(event, Checkpointed):
            archive.checkpoints[event.step] = event.weights
        if not isinstance(event, ResumePoint):
            events.append(event)
    return events


def of_kind(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def measured(events: list[Event], measure: str, seed_place: int = 0) -> dict[int, float]:
    """Value by step of one measure and seed."""
    found = of_kind(Measured, events)
    return {event.step: event.values[seed_place] for event in found if event.measure == measure}
