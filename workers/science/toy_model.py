"""Stacks of the toy models of superposition, one per seed. Source: Elhage et al. 2022, "Toy Models of Superposition".

n features are squeezed through m = `d_hidden` numbers. ReLU output: h = x W, x' = ReLU(h W^T + b), where row i of W is
the direction of feature i. Absolute value: h = ReLU(x W_in), y' = ReLU(h W_out + b).
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from experiments.recipe.models import ToyModel as ToyModelSpec
from workers.science import layers
from workers.science.model import UNWATCHED, Edit, HookPoints, Model, Weights, drawn
from workers.science.randomness import generator
from workers.science.registry import implements

Features = Float[Tensor, "seed example pos feature"]
Drop = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ToyModel(Model):
    """Inputs and outputs have one position that holds all features. `drop` is what dropout does to h, if anything."""

    spec: ToyModelSpec
    n_features: int
    drop: Drop | None = field(default=None, compare=False)

    @property
    def d_out(self) -> int:
        return self.n_features

    # --- Weights ---

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        n, m = self.n_features, self.spec.d_hidden
        if self.spec.variant == "relu-output":
            return {"W": (n, m), "b": (n,)}
        return {"W_in": (n, m), "W_out": (m, n), "b": (n,)}

    def initial_weights(self, seeds: Sequence[int]) -> Weights:
        """Every matrix N(0, 2 / (n + m)), as the code of the paper has it (Xavier); b = 0."""
        return drawn(self.shapes, self._initial, seeds)

    def _initial(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        if name == "b":
            return torch.zeros(shape)
        return torch.randn(shape, generator=generator) * math.sqrt(2 / sum(shape))

    # --- Forward pass ---

    def run(
        self,
        weights: Weights,
        inputs: Features,
        *,
        record: Collection[str] = (),
        edit: Mapping[str, Edit] | None = None,
    ) -> tuple[Features, dict[str, Tensor]]:
        """x' (or y') and the recorded activations, after the edits: `hook_pre` and `hook_hidden` before and after the
        activation of h (the same in the ReLU output model, which has none), `hook_out_pre` before that of the output.
        """
        hooks = HookPoints(record, edit, known=self.hook_names)
        return self._outputs(weights, inputs, hooks), hooks.recorded

    def answer_outputs(self, weights: Weights, inputs: Features, answer_positions: tuple[int, ...]) -> Features:
        return self._outputs(weights, inputs, UNWATCHED)

    def _outputs(self, weights: Weights, features: Tensor, hooks: HookPoints) -> Tensor:
        activation = layers.ACTIVATIONS[self.spec.activation]
        has_one_matrix = self.spec.variant == "relu-output"
        read, write = (weights["W"], weights["W"].mT) if has_one_matrix else (weights["W_in"], weights["W_out"])
        pre = hooks("hook_pre", layers.linear(features, read))  # (seed, example, pos, d_hidden)
        hidden = hooks("hook_hidden", pre if has_one_matrix else activation(pre))
        kept = hidden if self.drop is None else self.drop(hidden)
        return activation(hooks("hook_out_pre", layers.linear(kept, write, weights["b"])))

    @property
    def hook_names(self) -> tuple[str, ...]:
        return ("hook_pre", "hook_hidden", "hook_out_pre")

    def numbers_per_example(self, n_answers: int) -> int:
        return 2 * self.spec.d_hidden + 3 * self.n_features

    def in_training(self, seeds: Sequence[int], step: int) -> "ToyModel":
        """With dropout: each number of h is zeroed with probability p, and divided by 1 - p if it stays."""
        if not self.spec.dropout:
            return self
        return replace(self, drop=_dropout(self.spec.dropout, tuple(seeds), step))


def _dropout(share: float, seeds: tuple[int, ...], step: int) -> Drop:
    def drop(hidden: Float[Tensor, "seed example pos d_hidden"]) -> Float[Tensor, "seed example pos d_hidden"]:
        shape = hidden.shape[1:]
        chances = torch.stack([torch.rand(shape, generator=generator(seed, "dropout", step)) for seed in seeds])
        return hidden * (chances >= share).to(hidden) / (1 - share)

    return drop


@implements(ToyModelSpec)
def toy_model(spec: ToyModelSpec, task: TaskSpec) -> ToyModel:
    return ToyModel(spec, n_features=task.d_in)
