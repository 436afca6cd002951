"""What every family of networks offers: one stack of networks, one per seed, that run and train together.

Every weight carries a leading seed axis, and so do inputs, outputs and activations. Nothing is changed in place, and
nothing is kept unless `record` asks for it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from workers.science.randomness import generator

Weights = dict[str, Tensor]
Edit = Callable[[Tensor], Tensor]
Inputs = Int[Tensor, "seed example pos"] | Float[Tensor, "seed example pos d_in"]
Initial = Callable[[str, tuple[int, ...], torch.Generator], Tensor]


@runtime_checkable
class Model(Protocol):
    """A family's network for one task. Families are frozen data: the weights are passed in."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each weight of one seed, in the order in which they are stored."""

    @property
    def hook_names(self) -> tuple[str, ...]:
        """Every hook point of this model."""

    @property
    def d_out(self) -> int:
        """Logits, or numbers, per answer."""

    def initial_weights(self, seeds: Sequence[int]) -> Weights:
        """Weights before training, each drawn from its own generator of (seed, name)."""

    def run(
        self,
        weights: Weights,
        inputs: Inputs,
        *,
        record: Collection[str] = (),
        edit: Mapping[str, Edit] | None = None,
    ) -> tuple[Float[Tensor, "seed example pos d_out"], dict[str, Tensor]]:
        """Outputs at every position (one, in a model without positions) and the recorded activations, after the edits,
        by hook name."""

    def answer_outputs(
        self, weights: Weights, inputs: Inputs, answer_positions: tuple[int, ...]
    ) -> Float[Tensor, "seed example answer d_out"]:
        """The outputs at the answer positions alone, as `run` has them there but for rounding: what training reads."""

    def numbers_per_example(self, n_answers: int) -> int:
        """How many numbers `answer_outputs` holds at once for one example, about: the evaluation cuts by it."""

    def in_training(self, seeds: Sequence[int], step: int) -> "Model":
        """The model as this step of training runs it: with what it draws (dropout), drawn for each seed and step."""
        return self


def drawn(shapes: Mapping[str, tuple[int, ...]], initial: Initial, seeds: Sequence[int]) -> Weights:
    """The first weights of every seed, stacked. Each has a generator of its own, so adding one moves no other."""
    return {
        name: torch.stack([initial(name, shape, generator(seed, f"init {name}")) for seed in seeds])
        for name, shape in shapes.items()
    }


class HookPoints:
    """Passes activations on by name, replacing those to edit and keeping those to record."""

    def __init__(self, record: Collection[str] = (), edit: Mapping[str, Edit] | None = None) -> None:
        self.wanted = frozenset(record)
        self.edits = edit or {}
        self.recorded: dict[str, Tensor] = {}

    def __call__(self, name: str, activation: Tensor) -> Tensor:
        if name in self.edits:
            activation = self.edits[name](activation)
        if name in self.wanted:
            self.recorded[name] = activation
        return activation

    def refuse_unknown(self, known: Collection[str]) -> None:
        unknown = sorted((self.wanted | set(self.edits)) - set(known))
        if unknown:
            raise KeyError(f"no hook point {', '.join(unknown)}; known: {', '.join(known)}")


UNWATCHED = HookPoints()
