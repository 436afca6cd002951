from collections.abc import Collection

import torch

from workers.science.dataset import Dataset


class Intervention:
    """What an edit can touch. An intervention overrides what it edits; the rest stays as it was."""

    def edit_data(self, dataset: Dataset, generator: torch.Generator) -> Dataset:
        return dataset

    def frozen(self, names: Collection[str]) -> frozenset[str]:
        return frozenset()
