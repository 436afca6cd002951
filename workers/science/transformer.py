"""A stack of decoder transformers, one per seed, that run and train together.

Every weight carries a leading seed axis; names, shapes after it, and hook points are those of TransformerLens.
Nothing is changed in place, and nothing is kept unless `record` asks for it.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import TaskSpec
from workers.science import layers
from workers.science.model import UNWATCHED, Edit, HookPoints, Inputs, Model, Weights, drawn
from workers.science.registry import implements

Projections = tuple[Tensor, Tensor, Tensor]  # queries, keys, values: each (seed, example, pos, head, d_head)


@dataclass(frozen=True)
class Transformer(Model):
    """What a model spec and a task's sizes make: the shapes, the first weights and the forward pass.

    Inputs are tokens, or vectors of `d_vocab` real numbers at each position: W_E then is a linear read-in, and a token
    is the same as its one-hot vector.
    """

    spec: TransformerSpec
    n_ctx: int
    d_vocab: int
    d_vocab_out: int

    @property
    def d_out(self) -> int:
        return self.d_vocab_out

    # --- Weights ---

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each weight of one seed, in the order in which they are stored."""
        shapes: dict[str, tuple[int, ...]] = {"embed.W_E": (self.d_vocab, self.spec.d_model)}
        if self.spec.positions == "learned":
            shapes["pos_embed.W_pos"] = (self.n_ctx, self.spec.d_model)
        block = self._norm_shapes("ln1") | self._attention_shapes()
        if self.spec.d_mlp:
            block |= self._norm_shapes("ln2") | self._mlp_shapes()
        for layer in range(self.spec.n_layers):
            shapes |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
        return shapes | self._norm_shapes("ln_final") | {"unembed.W_U": (self.spec.d_model, self.d_vocab_out)}

    def _norm_shapes(self, name: str) -> dict[str, tuple[int, ...]]:
        shape = (self.spec.d_model,)
        return {f"{name}.w": shape, f"{name}.b": shape} if self.spec.normalization == "LN" else {}

    def _attention_shapes(self) -> dict[str, tuple[int, ...]]:
        n_heads, d_model, d_head = self.spec.n_heads, self.spec.d_model, self.spec.head_width
        shapes: dict[str, tuple[int, ...]] = {f"attn.W_{name}": (n_heads, d_model, d_head) for name in "QKV"}
        shapes["attn.W_O"] = (n_heads, d_head, d_model)
        if self.spec.biases:
            shapes |= {f"attn.b_{name}": (n_heads, d_head) for name in "QKV"} | {"attn.b_O": (d_model,)}
        return shapes

    def _mlp_shapes(self) -> dict[str, tuple[int, ...]]:
        d_model, d_mlp = self.spec.d_model, self.spec.d_mlp
        shapes: dict[str, tuple[int, ...]] = {"mlp.W_in": (d_model, d_mlp), "mlp.W_out": (d_mlp, d_model)}
        return shapes | {"mlp.b_in": (d_mlp,), "mlp.b_out": (d_model,)} if self.spec.biases else shapes

    def initial_weights(self, seeds: Sequence[int]) -> Weights:
        """Weights before training, each drawn from its own generator of (seed, name).

        paper: N(0, 1/d_model), and N(0, 1/d_vocab) for W_U, as the code of Nanda et al. 2023 has it. gpt2: the standard
        deviation of transformer_lens 4.3, 0.8 / sqrt(d_model), with W_O and W_out divided by sqrt(2 n_layers).
        """
        return drawn(self.shapes, self._initial, seeds)

    def _initial(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        kind = name.rpartition(".")[2]
        if not kind.startswith("W_"):
            return torch.ones(shape) if kind == "w" else torch.zeros(shape)
        if self.spec.init == "paper":
            deviation = 1 / math.sqrt(self.d_vocab if kind == "W_U" else self.spec.d_model)
        else:
            deviation = 0.8 / math.sqrt(self.spec.d_model)
            if kind in {"W_O", "W_out"}:
                deviation /= math.sqrt(2 * self.spec.n_layers)
        return torch.randn(shape, generator=generator) * deviation

    # --- Forward passes ---

    def logits(self, weights: Weights, tokens: Inputs) -> Float[Tensor, "seed example pos d_vocab_out"]:
        """Logits at every position."""
        return self.run(weights, tokens)[0]

    def run(
        self,
        weights: Weights,
        inputs: Inputs,
        *,
        record: Collection[str] = (),
        edit: Mapping[str, Edit] | None = None,
    ) -> tuple[Float[Tensor, "seed example pos d_vocab_out"], dict[str, Tensor]]:
        """Logits at every position and the recorded activations, after the edits, by TransformerLens hook name.

        Activations have the shapes of TransformerLens with a leading seed axis: `blocks.0.attn.hook_pattern` is (seed,
        example, head, query, key). `hook_attn_scores` is what enters the softmax: -inf where masked.
        """
        hooks = HookPoints(record, edit)
        hooks.refuse_unknown(self.hook_names)
        positions = torch.arange(inputs.shape[2], device=inputs.device)
        residual = self._embedded(weights, inputs, positions, hooks)
        for layer in range(self.spec.n_layers):
            residual = hooks(f"blocks.{layer}.hook_resid_pre", residual)
            projections = self._projections(layer, weights, residual, positions, hooks)
            residual = self._finish_block(layer, weights, residual, projections, positions, hooks)
        residual = self._normalized(weights, "ln_final", residual, hooks)
        return layers.linear(residual, weights["unembed.W_U"]), hooks.recorded

    def answer_outputs(
        self, weights: Weights, inputs: Inputs, answer_positions: tuple[int, ...]
    ) -> Float[Tensor, "seed example answer d_vocab_out"]:
        """The logits at the answer positions, as `logits` has them there but for rounding, without work nobody reads.

        The last layer computes queries, MLP and logits at the answer positions alone. Where examples outnumber the
        vocabulary, the first layer computes projections once per (token, position) and picks them for each example.
        """
        every = torch.arange(inputs.shape[2], device=inputs.device)
        answers = torch.tensor(answer_positions, device=inputs.device)
        last = self.spec.n_layers - 1
        queried = every if last else answers
        if not inputs.is_floating_point() and self.d_vocab < inputs.shape[1]:
            projections = self._shared_projections(weights, inputs, queried)
            residual = self._embedded(weights, inputs[:, :, queried], queried)
        else:
            residual = self._embedded(weights, inputs, every)
            projections = self._projections(0, weights, residual, queried)
            residual = residual[:, :, queried]
        residual = self._finish_block(0, weights, residual, projections, queried)
        for layer in range(1, self.spec.n_layers):
            queried = answers if layer == last else every
            projections = self._projections(layer, weights, residual, queried)
            residual = self._finish_block(layer, weights, residual[:, :, queried], projections, queried)
        return layers.linear(self._normalized(weights, "ln_final", residual), weights["unembed.W_U"])

    # --- Parts of a forward pass; `queried` are the positions that are computed ---

    def _embedded(self, weights: Weights, inputs: Tensor, positions: Tensor, hooks: HookPoints = UNWATCHED) -> Tensor:
        residual = hooks("hook_embed", layers.read_in(inputs, weights["embed.W_E"]))
        if self.spec.positions != "learned":
            return residual
        learned = weights["pos_embed.W_pos"][:, None, positions].expand_as(residual)
        return residual + hooks("hook_pos_embed", learned)

    def _normalized(self, weights: Weights, name: str, x: Tensor, hooks: HookPoints = UNWATCHED) -> Tensor:
        if self.spec.normalization == "none":
            return x
        centred = x - x.mean(-1, keepdim=True)
        scale = hooks(f"{name}.hook_scale", (centred.square().mean(-1, keepdim=True) + layers.EPSILON).sqrt())
        normalized = hooks(f"{name}.hook_normalized", centred / scale)
        if self.spec.normalization == "LNPre":
            return normalized
        return normalized * weights[f"{name}.w"][:, None, None] + weights[f"{name}.b"][:, None, None]

    def _projections(
        self, layer: int, weights: Weights, residual: Tensor, queried: Tensor, hooks: HookPoints = UNWATCHED
    ) -> Projections:
        """Queries at the positions `queried`, keys and values at every position."""
        here = f"blocks.{layer}"
        normed = self._normalized(weights, f"{here}.ln1", residual, hooks)

        def project(name: str, x: Tensor) -> Tensor:
            projected = layers.to_heads(x, weights[f"{here}.attn.W_{name}"], weights.get(f"{here}.attn.b_{name}"))
            return hooks(f"{here}.attn.hook_{name.lower()}", projected)

        queries, keys, values = project("Q", normed[:, :, queried]), project("K", normed), project("V", normed)
        if self.spec.positions == "rotary":
            queries = hooks(f"{here}.attn.hook_rot_q", layers.rotated(queries, queried))
            every = torch.arange(keys.shape[2], device=keys.device)
            keys = hooks(f"{here}.attn.hook_rot_k", layers.rotated(keys, every))
        return queries, keys, values

    def _shared_projections(
        self, weights: Weights, tokens: Int[Tensor, "seed example pos"], queried: Tensor
    ) -> Projections:
        """Those of the first layer, computed for every token at every position and picked for each example."""
        n_seeds, _, n_pos = tokens.shape
        every_token = torch.arange(self.d_vocab, device=tokens.device)[None, :, None].expand(n_seeds, -1, n_pos)
        residual = self._embedded(weights, every_token, torch.arange(n_pos, device=tokens.device))
        queries, keys, values = self._projections(0, weights, residual, queried)
        return (
            layers.picked(queries, tokens[:, :, queried]),
            layers.picked(keys, tokens),
            layers.picked(values, tokens),
        )

    def _finish_block(
        self,
        layer: int,
        weights: Weights,
        residual: Tensor,
        projections: Projections,
        queried: Tensor,
        hooks: HookPoints = UNWATCHED,
    ) -> Tensor:
        """The residual stream after attention and MLP, at the positions `queried`."""
        here = f"blocks.{layer}"
        residual = residual + self._attention(layer, weights, projections, queried, hooks)
        if self.spec.d_mlp:
            residual = hooks(f"{here}.hook_resid_mid", residual)
            normed = self._normalized(weights, f"{here}.ln2", residual, hooks)
            residual = residual + self._mlp(layer, weights, normed, hooks)
        return hooks(f"{here}.hook_resid_post", residual)

    def _attention(
        self, layer: int, weights: Weights, projections: Projections, queried: Tensor, hooks: HookPoints
    ) -> Tensor:
        here = f"blocks.{layer}.attn"
        queries, keys, values = projections
        scores = layers.attention_scores(queries, keys)
        if self.spec.causal:
            later = torch.arange(keys.shape[2], device=keys.device) > queried[:, None]  # (query, key)
            scores = scores.masked_fill(later, float("-inf"))
        scores = hooks(f"{here}.hook_attn_scores", scores)
        pattern = hooks(f"{here}.hook_pattern", scores.softmax(-1))
        z = hooks(f"{here}.hook_z", layers.attended_values(pattern, values))
        out = layers.from_heads(z, weights[f"{here}.W_O"], weights.get(f"{here}.b_O"))
        return hooks(f"blocks.{layer}.hook_attn_out", out)

    def _mlp(self, layer: int, weights: Weights, x: Tensor, hooks: HookPoints) -> Tensor:
        here = f"blocks.{layer}.mlp"
        pre = hooks(f"{here}.hook_pre", layers.linear(x, weights[f"{here}.W_in"], weights.get(f"{here}.b_in")))
        post = hooks(f"{here}.hook_post", layers.ACTIVATIONS[self.spec.activation](pre))
        out = layers.linear(post, weights[f"{here}.W_out"], weights.get(f"{here}.b_out"))
        return hooks(f"blocks.{layer}.hook_mlp_out", out)

    @cached_property
    def hook_names(self) -> tuple[str, ...]:
        """Every hook point of this model."""
        names = ["hook_embed", "hook_pos_embed"] if self.spec.positions == "learned" else ["hook_embed"]
        for layer in range(self.spec.n_layers):
            names += [f"blocks.{layer}.{name}" for name in self._block_hook_names()]
        return (*names, *self._norm_hook_names("ln_final"))

    def _norm_hook_names(self, name: str) -> list[str]:
        return [] if self.spec.normalization == "none" else [f"{name}.hook_scale", f"{name}.hook_normalized"]

    def _block_hook_names(self) -> list[str]:
        names = ["hook_resid_pre", *self._norm_hook_names("ln1"), "attn.hook_q", "attn.hook_k", "attn.hook_v"]
        if self.spec.positions == "rotary":
            names += ["attn.hook_rot_q", "attn.hook_rot_k"]
        names += ["attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_z", "hook_attn_out"]
        if self.spec.d_mlp:
            names += ["hook_resid_mid", *self._norm_hook_names("ln2"), "mlp.hook_pre", "mlp.hook_post", "hook_mlp_out"]
        return [*names, "hook_resid_post"]

    def numbers_per_example(self, n_answers: int) -> int:
        spec = self.spec
        attention = 6 * spec.n_heads * spec.head_width + 2 * spec.n_heads * self.n_ctx
        n_mlp = n_answers if spec.n_layers == 1 else self.n_ctx
        return self.n_ctx * (4 * spec.d_model + attention) + n_mlp * 2 * spec.d_mlp + n_answers * 2 * self.d_vocab_out


@implements(TransformerSpec)
def transformer(spec: TransformerSpec, task: TaskSpec) -> Transformer:
    """For a task of vectors, `d_vocab` and `d_vocab_out` are the numbers read and written per position."""
    return Transformer(spec, n_ctx=task.n_ctx, d_vocab=task.d_in, d_vocab_out=task.d_out)
