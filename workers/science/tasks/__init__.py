"""What a network can learn. Each module implements one task spec; importing the package registers them all."""

import torch

from experiments.recipe.combined import Combined, TaskSpec
from experiments.recipe.shares import WHOLE
from experiments.recipe.tasks import SingleTask
from workers.science.dataset import Dataset
from workers.science.registry import implementation_of, import_modules

import_modules(__name__, __path__)


def build_dataset(spec: SingleTask, generator: torch.Generator) -> Dataset:
    """The data of one seed, a function of the spec and the generator alone."""
    dataset: Dataset = implementation_of(spec)(spec, generator)
    return dataset


def build_parts(spec: TaskSpec, generator: torch.Generator) -> dict[str, Dataset]:
    """The data of one seed, by the names of the task's parts; a task without parts is one part without a name."""
    if not isinstance(spec, Combined):
        return {WHOLE: build_dataset(spec, generator)}
    parts: dict[str, Dataset] = implementation_of(spec)(spec, generator)
    return parts
