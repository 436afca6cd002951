"""What a network can learn. Each module implements one task spec; importing the package registers them all."""

import torch
from jaxtyping import Bool
from torch import Tensor

from experiments.recipe.combined import Combined, TaskSpec
from experiments.recipe.shares import WHOLE
from experiments.recipe.tasks import SingleTask
from workers.science.dataset import Dataset, Examples
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


def slices_of(spec: TaskSpec, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """Which answers are of which kind, told from the examples alone: one mask for each name in `spec.slices`."""
    if not spec.slices:
        return {}
    masks: dict[str, Tensor] = implementation_of(spec, "slices")(spec, examples)
    if tuple(masks) != spec.slices:
        raise ValueError(f"task '{spec.name}' names the slices {spec.slices} and makes {tuple(masks)}")
    return masks
