"""What a network can learn. Each module implements one task spec; importing the package registers them all."""

import torch

from experiments.recipe.tasks import TaskSpec
from workers.science.dataset import Dataset
from workers.science.registry import implementation_of, import_modules

import_modules(__name__, __path__)


def build_dataset(spec: TaskSpec, generator: torch.Generator) -> Dataset:
    """The data of one seed, a function of the spec and the generator alone."""
    dataset: Dataset = implementation_of(spec)(spec, generator)
    return dataset
