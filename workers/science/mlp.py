"""A stack of MLP classifiers, one per seed: the operands of an example in, one answer out.

Names are those of TransformerLens where it has one: `embed.W_E`, `layers.0.W_in`, `unembed.W_U`; `hook_pre` and
`hook_post` are before and after the activation of a hidden layer. Source of the architectures: Chughtai et al. 2023
(arXiv 2302.03025), Zhong et al. 2023 (arXiv 2306.17844).
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from experiments.recipe.models import Mlp as MlpSpec
from experiments.recipe.tasks import TokenTask
from workers.science import layers
from workers.science.model import UNWATCHED, Edit, HookPoints, Model, Weights, drawn
from workers.science.registry import implements


@dataclass(frozen=True)
class Mlp(Model):
    """Reads the first `n_operands` tokens of an example, each one of `d_operand`, and gives `d_vocab_out` logits.

    Its outputs have one position. A one-hot vector times a matrix is a row of it, so no one-hot vector is ever made.
    """

    spec: MlpSpec
    n_operands: int
    d_operand: int
    d_vocab_out: int

    @property
    def d_out(self) -> int:
        return self.d_vocab_out

    # --- Weights ---

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each weight of one seed. With one-hot inputs, the rows p * d_operand + t of `layers.0.W_in` read
        token t at operand p; embedded and side by side, the rows p * d_embed + i read number i of its vector."""
        spec = self.spec
        shapes: dict[str, tuple[int, ...]] = {}
        if spec.d_embed:
            shapes["embed.W_E"] = (self.d_operand, spec.d_embed)
        d_in = self._d_in
        for layer in range(spec.n_layers):
            shapes[f"layers.{layer}.W_in"] = (d_in, spec.d_mlp)
            if spec.biases:
                shapes[f"layers.{layer}.b_in"] = (spec.d_mlp,)
            d_in = spec.d_mlp
        if spec.tied and spec.d_embed:
            shapes["unembed.W_out"] = (spec.d_mlp, spec.d_embed)
        else:
            shapes["unembed.W_U"] = (spec.d_mlp, self.d_vocab_out)
        return shapes | {"unembed.b_U": (self.d_vocab_out,)} if spec.biases else shapes

    @property
    def _d_in(self) -> int:
        """Numbers that the first hidden layer reads."""
        if self.spec.d_embed is None:
            return self.n_operands * self.d_operand
        return self.spec.d_embed * (self.n_operands if self.spec.inputs == "embedded-concat" else 1)

    def initial_weights(self, seeds: Sequence[int]) -> Weights:
        """Biases 0; every matrix N(0, 1/d_in), d_in its number of rows, but N(0, 1) for the table of embeddings."""
        return drawn(self.shapes, self._initial, seeds)

    def _initial(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        if name.rpartition(".")[2].startswith("b_"):
            return torch.zeros(shape)
        deviation = 1.0 if name == "embed.W_E" else 1 / math.sqrt(shape[0])
        return torch.randn(shape, generator=generator) * deviation

    # --- Forward pass ---

    def run(
        self,
        weights: Weights,
        inputs: Int[Tensor, "seed example pos"],
        *,
        record: Collection[str] = (),
        edit: Mapping[str, Edit] | None = None,
    ) -> tuple[Float[Tensor, "seed example answer d_out"], dict[str, Tensor]]:
        """Logits and the recorded activations, after the edits.

        `hook_embed` is (seed, example, operand, d_embed); `layers.0.hook_pre` and `layers.0.hook_post` are
        (seed, example, d_mlp).
        """
        hooks = HookPoints(record, edit, known=self.hook_names)
        return self._logits(weights, inputs, hooks), hooks.recorded

    def answer_outputs(
        self, weights: Weights, inputs: Int[Tensor, "seed example pos"], answer_positions: tuple[int, ...]
    ) -> Float[Tensor, "seed example answer d_out"]:
        """The logits of the one answer, wherever in the example it stands."""
        return self._logits(weights, inputs, UNWATCHED)

    def _logits(self, weights: Weights, inputs: Tensor, hooks: HookPoints) -> Tensor:
        operands = inputs[:, :, : self.n_operands]  # (seed, example, operand)
        post = torch.empty(0)
        for layer in range(self.spec.n_layers):
            here = f"layers.{layer}"
            if layer == 0:
                pre = self._first_layer(weights, operands, hooks)
            else:
                pre = layers.linear(post, weights[f"{here}.W_in"], weights.get(f"{here}.b_in"))
            pre = hooks(f"{here}.hook_pre", pre)
            post = hooks(f"{here}.hook_post", layers.ACTIVATIONS[self.spec.activation](pre))
        return self._unembedded(weights, post)[:, :, None]  # one answer

    def _first_layer(self, weights: Weights, operands: Tensor, hooks: HookPoints) -> Tensor:
        weight, bias = weights["layers.0.W_in"], weights.get("layers.0.b_in")
        if self.spec.inputs == "one-hot":
            read = self._rows_of_operands(weight, operands)
            return read if bias is None else read + bias[:, None]
        embedded = hooks("hook_embed", layers.embedded(weights["embed.W_E"], operands))
        joined = embedded.sum(2) if self.spec.inputs == "embedded-sum" else embedded.flatten(2)
        return layers.linear(joined, weight, bias)

    def _rows_of_operands(self, weight: Tensor, operands: Tensor) -> Float[Tensor, "seed example d_mlp"]:
        """The sum of one row per operand, added up one by one: all rows of all operands would be a large tensor."""
        read = layers.embedded(weight, operands[:, :, :1])
        for place in range(1, self.n_operands):
            read = read + layers.embedded(weight, operands[:, :, place : place + 1] + place * self.d_operand)
        return read[:, :, 0]

    def _unembedded(self, weights: Weights, post: Tensor) -> Tensor:
        bias = weights.get("unembed.b_U")
        if not self.spec.tied:
            return layers.linear(post, weights["unembed.W_U"], bias)
        back = layers.linear(post, weights["unembed.W_out"])  # (seed, example, d_embed)
        return layers.linear(back, weights["embed.W_E"][:, : self.d_vocab_out].mT, bias)

    @cached_property
    def hook_names(self) -> tuple[str, ...]:
        hidden = [f"layers.{layer}.{name}" for layer in range(self.spec.n_layers) for name in ("hook_pre", "hook_post")]
        return (*([] if self.spec.inputs == "one-hot" else ["hook_embed"]), *hidden)

    def numbers_per_example(self, n_answers: int) -> int:
        read = self.n_operands * (self.spec.d_embed or self.spec.d_mlp)
        return 2 * read + 3 * self.spec.n_layers * self.spec.d_mlp + 2 * self.d_vocab_out


@implements(MlpSpec)
def mlp(spec: MlpSpec, task: TaskSpec) -> Mlp:
    assert isinstance(task, TokenTask), "the recipe refuses an MLP on a task without tokens"
    return Mlp(spec, n_operands=task.n_operands, d_operand=task.d_operand, d_vocab_out=task.d_vocab_out)
