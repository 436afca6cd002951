"""Edits of weights and data. Each module implements one intervention spec; importing the package registers them all."""

from collections.abc import Collection, Sequence

from experiments.recipe.interventions import InterventionSpec
from workers.science.dataset import Dataset
from workers.science.interventions.intervention import Intervention
from workers.science.randomness import generator
from workers.science.registry import implementation_of, import_modules

import_modules(__name__, __path__)


def edit_data(interventions: Sequence[InterventionSpec], dataset: Dataset, seed: int) -> Dataset:
    """One seed's data after every intervention, in the order of the recipe."""
    for index, spec in enumerate(interventions):
        dataset = _implementation(spec).edit_data(dataset, generator(seed, f"intervention {index} {spec.name}"))
    return dataset


def frozen_weights(interventions: Sequence[InterventionSpec], names: Collection[str]) -> frozenset[str]:
    """The weights, of those named, that any intervention keeps as they are."""
    return frozenset().union(*(_implementation(spec).frozen(names) for spec in interventions))


def _implementation(spec: InterventionSpec) -> Intervention:
    intervention: Intervention = implementation_of(spec)(spec)
    return intervention
