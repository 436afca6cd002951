"""What a recipe makes for some seeds before the first step: the model, the data and what is kept frozen."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from experiments.recipe.recipe import Recipe
from workers.science.dataset import Dataset, Examples, stacked
from workers.science.interventions import edit_data, frozen_weights
from workers.science.model import Model
from workers.science.models import build_model
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.training.loss import LOSS_DTYPES, LossFunction, loss_function


@dataclass(frozen=True)
class Setup:
    recipe: Recipe
    seeds: tuple[int, ...]
    device: torch.device
    model: Model
    datasets: tuple[Dataset, ...]  # one per seed
    splits: dict[str, Examples]  # "test", and "train" where it is a fixed set, stacked over seeds
    loss: LossFunction
    frozen: frozenset[str]  # names of the weights that never change

    @property
    def answer_positions(self) -> tuple[int, ...]:
        return self.datasets[0].answer_positions


def set_up(recipe: Recipe, seeds: Sequence[int], device: torch.device) -> Setup:
    model = build_model(recipe.model, recipe.task)
    datasets = tuple(
        edit_data(recipe.interventions, build_dataset(recipe.task, generator(seed, "data")), seed) for seed in seeds
    )
    splits = {"test": stacked([dataset.test for dataset in datasets]).to(device)}
    fixed = [dataset.train for dataset in datasets if isinstance(dataset.train, Examples)]
    if fixed:
        splits["train"] = stacked(fixed).to(device)
    frozen = frozen_weights(recipe.interventions, list(model.shapes))
    loss = loss_function(recipe.task, LOSS_DTYPES[recipe.training.loss_dtype], device)
    return Setup(recipe, tuple(seeds), device, model, datasets, splits, loss, frozen)
