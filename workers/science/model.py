"""What every family of networks offers: one stack of networks, one per seed, that run and train together.

Every weight carries a leading seed axis, and so do inputs, outputs and activations. Nothing is changed in place, and
nothing is kept unless `record` asks for it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
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
    """Passes activations on by name, replacing those to edit and keeping those to record.

    What is recorded stands under the name it was asked for, be it an alias. Raises ValueError when one point is to be
    edited under two names, and KeyError for a name that is not known.
    """

    def __init__(
        self,
        record: Collection[str] = (),
        edit: Mapping[str, Edit] | None = None,
        *,
        known: Collection[str] = (),
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._asked = {name: aliases.get(name, name) for name in record}
        self._edits: dict[str, Edit] = {}
        for name, function in (edit or {}).items():
            point = aliases.get(name, name)
            if point in self._edits:
                raise ValueError(f"{point} is to be edited under two names: {name} is another name for it")
            self._edits[point] = function
        self._wanted = frozenset(self._asked.values())
        self._kept: dict[str, Tensor] = {}
        self._refuse_unknown([*record, *(edit or {})], known, aliases)

    def __call__(self, name: str, activation: Tensor) -> Tensor:
        if name in self._edits:
            activation = self._edits[name](activation)
        if name in self._wanted:
            self._kept[name] = activation
        return activation

    def edits(self, *names: str) -> bool:
        return any(name in self._edits for name in names)

    def watches(self, *names: str) -> bool:
        """Whether any of them is edited or recorded: what nobody watches need not be computed."""
        return self.edits(*names) or any(name in self._wanted for name in names)

    @property
    def recorded(self) -> dict[str, Tensor]:
        return {name: self._kept[point] for name, point in self._asked.items()}

    @staticmethod
    def _refuse_unknown(asked: Collection[str], known: Collection[str], aliases: Mapping[str, str]) -> None:
        unknown = sorted({name for name in asked if aliases.get(name, name) not in known})
        if unknown:
            raise KeyError(f"no hook point {', '.join(unknown)}; known: {', '.join(known)}")


UNWATCHED = HookPoints()
