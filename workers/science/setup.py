"""What a recipe makes for some seeds before the first step: the model, the data and what is kept frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from experiments.recipe.recipe import Recipe
from experiments.recipe.shares import WHOLE
from workers.science.dataset import Dataset, Examples, joined, stacked
from workers.science.evaluation import Slices, Snapshot
from workers.science.interventions import edit_data, frozen_weights
from workers.science.model import Model, Weights
from workers.science.models import build_model
from workers.science.randomness import generator
from workers.science.tasks import build_parts, slices_of
from workers.science.training.loss import LOSS_DTYPES, LossFunction, loss_function

Parts = Mapping[str, Sequence[Dataset]]  # by name of the part, one data set per seed
Rows = dict[tuple[str, str], slice]  # by split and part


@dataclass(frozen=True)
class Setup:
    recipe: Recipe
    seeds: tuple[int, ...]
    device: torch.device
    model: Model
    parts: Parts
    splits: dict[str, Examples]  # "test", and "train" where it is a fixed set, stacked over seeds, of all parts in turn
    rows: Rows  # where in a split the examples of each part are
    loss: LossFunction
    frozen: frozenset[str]  # names of the weights that never change

    @property
    def answer_positions(self) -> tuple[int, ...]:
        return next(iter(self.parts.values()))[0].answer_positions

    def snapshot(self, weights: Weights) -> Snapshot:
        """What measures and analyses read: these weights, with the data."""
        return Snapshot(
            self.model,
            weights,
            self.splits,
            self.answer_positions,
            self.loss,
            tuple(name for name in weights if name not in self.frozen),
            task=self.recipe.task,
            rows=self.rows,
            slices=self.slices,
        )

    def slices(self, split: str) -> Slices:
        """Which answers of a split are of which kind, by the names that the task gives the kinds."""
        return self._slices[split]

    @cached_property
    def _slices(self) -> dict[str, Slices]:
        return {split: slices_of(self.recipe.task, examples) for split, examples in self.splits.items()}


def set_up(recipe: Recipe, seeds: Sequence[int], device: torch.device) -> Setup:
    model = build_model(recipe.model, recipe.task)
    parts = _parts(recipe, seeds)
    splits, rows = dict[str, Examples](), Rows()
    for split in ("test", "train"):
        by_part = {name: stacked(fixed) for name, datasets in parts.items() if (fixed := _fixed(datasets, split))}
        if by_part:
            splits[split] = joined(list(by_part.values())).to(device)
            rows |= _rows(split, by_part)
    frozen = frozen_weights(recipe.interventions, list(model.shapes))
    loss = loss_function(recipe.task, LOSS_DTYPES[recipe.training.loss_dtype], device)
    return Setup(recipe, tuple(seeds), device, model, parts, splits, rows, loss, frozen)


def _parts(recipe: Recipe, seeds: Sequence[int]) -> dict[str, list[Dataset]]:
    parts: dict[str, list[Dataset]] = {}
    for seed in seeds:
        for name, dataset in build_parts(recipe.task, generator(seed, "data")).items():
            parts.setdefault(name, []).append(edit_data(recipe.interventions, dataset, seed, name))
    return parts


def _fixed(datasets: Sequence[Dataset], split: str) -> list[Examples]:
    """One part's examples of a split, per seed; none where training draws fresh ones."""
    found = [dataset.test if split == "test" else dataset.train for dataset in datasets]
    return [examples for examples in found if isinstance(examples, Examples)]


def _rows(split: str, by_part: Mapping[str, Examples]) -> Rows:
    rows, first = Rows(), 0
    for name, examples in by_part.items():
        n_examples = examples.labels.shape[1]
        rows[split, name] = slice(first, first + n_examples)
        first += n_examples
    return rows | {(split, WHOLE): slice(0, first)}
