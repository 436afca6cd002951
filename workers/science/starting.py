"""The first weights of a run: drawn, or taken from another run's checkpoint in whole or in part."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from experiments.recipe.start import Graft, Start
from workers.science.model import Model, Weights

HEAD_AXIS = 1  # of W_Q, W_K, W_V and W_O, after the seed axis


@runtime_checkable
class StartingPoint(Protocol):
    """Where the driver has the checkpoints that the recipe's [start] names: run, grid point and step."""

    def load(self, seed: int) -> dict[str, Tensor]:
        """The weights of one seed of that run, without a seed axis."""


def given_weights(start: Start, seeds: Sequence[int], source: StartingPoint | None) -> Weights | None:
    """The other run's weights stacked for our seeds; None for a recipe with fresh weights. Raises ValueError when the
    recipe and the driver disagree on whether there is another run."""
    if start.is_fresh != (source is None):
        asked = "no other run" if start.is_fresh else f"run {start.run}"
        raise ValueError(f"the recipe starts from {asked}, and checkpoints {'were' if source else 'were not'} given")
    if source is None:
        return None
    loaded = {seed: source.load(seed) for seed in {start.seed if start.seed != "same" else seed for seed in seeds}}
    by_seed = [loaded[seed if start.seed == "same" else start.seed] for seed in seeds]
    return {name: torch.stack([weights[name] for weights in by_seed]) for name in by_seed[0]}


def first_weights(start: Start, model: Model, seeds: Sequence[int], given: Weights | None) -> Weights:
    """Fresh weights, with what the recipe takes from the other run put over them."""
    fresh = model.initial_weights(seeds)
    if given is None or start.take == "nothing":
        return fresh
    if start.take == "everything":
        _refuse_strangers(start, fresh, given)
        return {name: _fitting(start, name, weight, given) for name, weight in fresh.items()}
    grafted = dict(fresh)
    for graft in start.grafts:
        for name in _names(graft, fresh):
            grafted[name] = _grafted(graft, grafted[name], _fitting(start, name, grafted[name], given))
    return grafted


def _fitting(start: Start, name: str, ours: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    if name not in given:
        raise ValueError(f"start: run {start.run} has no {name}; it has {', '.join(given)}")
    theirs = given[name]
    if theirs.shape != ours.shape:
        sizes = f"{tuple(theirs.shape[1:])} there and {tuple(ours.shape[1:])} in this recipe"
        raise ValueError(f"start: {name} of run {start.run} does not fit: its shape is {sizes}")
    return theirs.to(ours.dtype)


def _refuse_strangers(start: Start, ours: Weights, given: Weights) -> None:
    strangers = [name for name in given if name not in ours]
    if strangers:
        raise ValueError(f"start: run {start.run} has {', '.join(strangers)}, which the model of this recipe lacks")


def _names(graft: Graft, ours: Weights) -> list[str]:
    """The weights that a graft names. Raises ValueError if the model lacks one of them."""
    found = []
    for parameter in graft.parameters:
        here = [name for name in ours if name.rpartition(".")[2] == parameter and _is_in(graft.layer, name)]
        if not here:
            where = "" if graft.layer is None else f" in layer {graft.layer}"
            raise ValueError(f"start.grafts: the model has no {parameter}{where}; it has {', '.join(ours)}")
        found += here
    return found


def _is_in(layer: int | None, name: str) -> bool:
    return layer is None or name.startswith((f"blocks.{layer}.", f"layers.{layer}."))


def _grafted(graft: Graft, ours: Tensor, theirs: Tensor) -> Tensor:
    if graft.head is None:
        return theirs
    if graft.head >= ours.shape[HEAD_AXIS]:
        raise ValueError(f"start.grafts: there is no head {graft.head}; allowed: 0 to {ours.shape[HEAD_AXIS] - 1}")
    mixed = ours.clone()
    mixed[:, graft.head] = theirs[:, graft.head]
    return mixed
