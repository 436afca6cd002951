"""Edits of weights, data and loss. Each module implements one spec; importing the package registers them all."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import torch

from experiments.recipe.interventions import InterventionSpec
from workers.science.dataset import Dataset
from workers.science.interventions.intervention import Intervention, LossTerm, Masks, Projections, Rounds, Stage
from workers.science.randomness import generator
from workers.science.registry import implementation_of, import_modules

import_modules(__name__, __path__)


def edit_data(interventions: Sequence[InterventionSpec], dataset: Dataset, seed: int, part: str = "") -> Dataset:
    """One seed's data of a part of the task after every intervention, in the order of the recipe."""
    for index, spec in enumerate(interventions):
        purpose = f"{_purpose(index, spec)} {part}".strip()
        dataset = _implementation(spec).edit_data(dataset, generator(seed, purpose))
    return dataset


def frozen_weights(interventions: Sequence[InterventionSpec], names: Collection[str]) -> frozenset[str]:
    """The weights, of those named, that any intervention keeps as they are."""
    return frozenset().union(*(_implementation(spec).frozen(names) for spec in interventions))


def masked(interventions: Sequence[InterventionSpec], stage: Stage) -> tuple[Stage, Masks]:
    """The stage with what interventions zero at the start, in the order of the recipe; and the masks that last."""
    lasting = Masks(lasts=True)
    for index, spec in enumerate(interventions):
        masks = _implementation(spec).masks(stage, _purpose(index, spec))
        zeroed = {name: stage.weights[name] * kept for name, kept in masks.kept.items()}
        stage = replace(stage, weights=stage.weights | zeroed)
        if masks.lasts:
            both = {name: kept & lasting.kept.get(name, kept) for name, kept in masks.kept.items()}
            lasting = replace(lasting, kept=lasting.kept | both)
    return stage, lasting


def projected(interventions: Sequence[InterventionSpec], stage: Stage) -> tuple[Stage, Projections]:
    """The stage with what interventions project out at the start, in the order of the recipe; and what they project out
    after every update."""
    lasting = Projections(lasts=True)
    for index, spec in enumerate(interventions):
        found = _implementation(spec).projections(stage, _purpose(index, spec))
        changed = {name: torch.bmm(projection, stage.weights[name]) for name, projection in found.onto.items()}
        stage = replace(stage, weights=stage.weights | changed)
        if found.lasts:
            both = {
                name: torch.bmm(one, lasting.onto[name]) if name in lasting.onto else one
                for name, one in found.onto.items()
            }
            lasting = replace(lasting, onto=lasting.onto | both)
    return stage, lasting


def rounds_of(interventions: Sequence[InterventionSpec], stage: Stage) -> Rounds | None:
    """What begins training anew, if anything does; a recipe has one at most."""
    found = (_implementation(spec).rounds(stage, _purpose(index, spec)) for index, spec in enumerate(interventions))
    return next(filter(None, found), None)


def loss_terms(interventions: Sequence[InterventionSpec], stage: Stage) -> list[LossTerm]:
    """What interventions add to the loss of every step."""
    terms = [_implementation(spec).loss_term(stage) for spec in interventions]
    return [term for term in terms if term is not None]


def _purpose(index: int, spec: InterventionSpec) -> str:
    return f"intervention {index} {spec.name}"


def _implementation(spec: InterventionSpec) -> Intervention:
    intervention: Intervention = implementation_of(spec)(spec)
    return intervention
