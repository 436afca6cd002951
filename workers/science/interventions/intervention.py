from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from experiments.recipe.interventions import ParameterName
from workers.science.dataset import Dataset, Examples
from workers.science.model import Model, Weights
from workers.science.training.loss import LossFunction

LossTerm = Callable[[Weights], Float[Tensor, "seed"]]  # added to the loss of each seed


@dataclass(frozen=True)
class Stage:
    """What is there when training is about to begin: model, data and the weights of every seed."""

    seeds: tuple[int, ...]
    task: TaskSpec
    model: Model
    splits: Mapping[str, Examples]
    answer_positions: tuple[int, ...]
    loss: LossFunction
    weights: Weights  # the first ones of this run, with a leading seed axis
    given: Weights | None  # those of the run that it starts from, if any


@dataclass(frozen=True)
class Masks:
    """Where False, an entry of a weight is zero: at the start, and for ever if the mask lasts."""

    kept: dict[str, Bool[Tensor, "seed ..."]] = field(default_factory=dict)
    lasts: bool = False


@dataclass(frozen=True)
class Projections:
    """What a weight is multiplied by, along its first axis: at the start, and after each update if it lasts."""

    onto: dict[str, Float[Tensor, "seed row row"]] = field(default_factory=dict)
    lasts: bool = False

    @torch.no_grad()
    def apply_to(self, weights: Weights) -> None:
        """In place, for a captured step goes on with the same tensors."""
        for name, projection in self.onto.items():
            weights[name].copy_(torch.bmm(projection, weights[name]))


@dataclass(frozen=True)
class Rounds:
    """Training that begins anew after each of `count` times `every` updates, on less and less of the network."""

    every: int
    count: int
    first: Weights  # what every weight goes back to
    names: tuple[str, ...]  # of the weights that are pruned
    kept: Callable[[int, Weights], dict[str, Bool[Tensor, "seed ..."]]]
    """Which entries the round of this number, from 1, leaves, judged by the weights that training has led to."""

    def number_of(self, step: int) -> int:
        """Of the round to which the update after `step` others belongs; 0 before the first pruning."""
        return min(step // self.every, self.count)

    def start_of(self, step: int) -> int:
        return self.every * self.number_of(step)


class Intervention:
    """What an edit can touch. An intervention overrides what it edits; the rest stays as it was."""

    def edit_data(self, dataset: Dataset, generator: torch.Generator) -> Dataset:
        return dataset

    def frozen(self, names: Collection[str]) -> frozenset[str]:
        return frozenset()

    def masks(self, stage: Stage, purpose: str) -> Masks:
        """`purpose` names the intervention to the generators."""
        return Masks()

    def projections(self, stage: Stage, purpose: str) -> Projections:
        return Projections()

    def rounds(self, stage: Stage, purpose: str) -> Rounds | None:
        return None

    def loss_term(self, stage: Stage) -> LossTerm | None:
        return None


def matrices(names: Collection[str], wanted: Collection[ParameterName]) -> list[str]:
    """The weights, of those named, that are the wanted matrices of any layer; every matrix if none is wanted.

    The recipe refuses matrices that the model does not have.
    """
    kinds = {name: name.rpartition(".")[2] for name in names}
    return [name for name, kind in kinds.items() if (kind in wanted if wanted else _is_matrix(kind))]


def _is_matrix(kind: str) -> bool:
    return kind == "W" or kind.startswith("W_")
