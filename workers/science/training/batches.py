"""What is shown at each step: a function of the seeds and the step, so that resuming needs no replay."""

from collections.abc import Sequence
from typing import Literal

import torch

from workers.science.dataset import Dataset, Examples, stacked
from workers.science.randomness import generator


class Batches:
    """The training examples of each step, stacked over seeds: the whole fixed set, or a number drawn for the step.

    From a fixed set they are drawn with replacement; a task without one makes new ones.
    """

    def __init__(
        self, datasets: Sequence[Dataset], seeds: Sequence[int], size: int | Literal["full"], device: torch.device
    ) -> None:
        self.datasets, self.seeds, self.size, self.device = datasets, seeds, size, device
        self.whole = stacked([_fixed(dataset) for dataset in datasets]).to(device) if size == "full" else None

    def at(self, step: int) -> Examples:
        if self.whole is not None:
            return self.whole
        drawn = [
            self._draw(dataset, generator(seed, "batch", step))
            for dataset, seed in zip(self.datasets, self.seeds, strict=True)
        ]
        return stacked(drawn).to(self.device)

    def _draw(self, dataset: Dataset, generator: torch.Generator) -> Examples:
        assert isinstance(self.size, int)
        if not isinstance(dataset.train, Examples):
            return dataset.train(generator, self.size)
        return dataset.train.take(torch.randint(len(dataset.train), (self.size,), generator=generator))


def _fixed(dataset: Dataset) -> Examples:
    assert isinstance(dataset.train, Examples), "a full batch needs a fixed training set"
    return dataset.train
