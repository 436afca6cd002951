"""A stack of decoder transformers, one per seed, that run and train together.

Every weight carries a leading seed axis; names, shapes after it, and hook points are those of TransformerLens.
Nothing is changed in place, and nothing is kept unless `record` asks for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from experiments.recipe.costs import is_looked_up
from experiments.recipe.memory import NEURONS_AT_ONCE
from experiments.recipe.models import Transformer as TransformerSpec
from workers.science import layers, transformer_hooks
from workers.science.initial_weights import first_matrix
from workers.science.lookup import attended_by_tokens
from workers.science.model import UNWATCHED, Edit, HookPoints, Inputs, Model, Weights, drawn
from workers.science.norms import normalized
from workers.science.registry import implements
from workers.science.transformer_shapes import weight_shapes

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
        return weight_shapes(self.spec, n_ctx=self.n_ctx, d_vocab=self.d_vocab, d_vocab_out=self.d_vocab_out)

    def initial_weights(self, seeds: Sequence[int]) -> Weights:
        """Weights before training, each drawn from its own generator of (seed, name): see `first_matrix`. Biases start
        at 0 and the weights of norms at 1."""
        return drawn(self.shapes, self._initial, seeds)

    def _initial(self, name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        kind = name.rpartition(".")[2]
        if kind.startswith("W_"):
            return first_matrix(self.spec, kind, shape, generator, d_vocab=self.d_vocab)
        return torch.ones(shape) if kind == "w" else torch.zeros(shape)

    def unembedding(self, weights: Weights) -> Float[Tensor, "seed d_model d_vocab_out"]:
        """W_U, or the transpose of the first rows of W_E when tied: answer k is token k of the vocabulary."""
        if self.spec.tied:
            return weights["embed.W_E"][:, : self.d_vocab_out].mT
        return weights["unembed.W_U"]

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
        """Logits at every position and the recorded activations, after the edits, by TransformerLens hook name: see
        `transformer_hooks` for the names.

        Activations have the shapes of TransformerLens with a leading seed axis: `blocks.0.attn.hook_pattern` is (seed,
        example, head, query, key). `hook_attn_scores` is what enters the softmax: -inf where masked.
        """
        hooks = HookPoints(record, edit, known=self.hook_names, aliases=transformer_hooks.aliases(self.spec))
        positions = torch.arange(inputs.shape[2], device=inputs.device)
        residual = self._embedded(weights, inputs, positions, hooks)
        for layer in range(self.spec.n_layers):
            residual = hooks(f"blocks.{layer}.hook_resid_pre", residual)
            projections = self._projections(layer, weights, residual, positions, hooks)
            residual = self._finish_block(layer, weights, residual, projections, positions, hooks)
        return self._unembedded(weights, residual, hooks), hooks.recorded

    def answer_outputs(
        self, weights: Weights, inputs: Inputs, answer_positions: tuple[int, ...]
    ) -> Float[Tensor, "seed example answer d_vocab_out"]:
        """The logits at the answer positions, as `logits` has them there but for rounding, without work nobody reads.

        The last layer computes queries, MLP and logits at the answer positions alone. Where examples outnumber the
        vocabulary, the first layer computes projections once per (token, position) and picks them for each example; if
        by far, it does so with the scores of each pair of tokens. Without layers, no other position is read at all.
        """
        if not self.spec.n_layers:
            places = layers.index(answer_positions, inputs.device)
            return self._unembedded(weights, self._embedded(weights, inputs[:, :, places], places))
        every = tuple(range(inputs.shape[2]))
        last = self.spec.n_layers - 1
        queried = every if last else answer_positions
        residual = self._add_mlp(0, weights, self._first_attention(weights, inputs, queried))
        for layer in range(1, self.spec.n_layers):
            places = layers.index(answer_positions if layer == last else every, inputs.device)
            projections = self._projections(layer, weights, residual, places)
            attended = residual[:, :, places] + self._attention(layer, weights, projections, places, UNWATCHED)
            del projections  # large, and without gradients nobody else holds them
            residual = self._add_mlp(layer, weights, attended)
        return self._unembedded(weights, residual)

    def _first_attention(self, weights: Weights, inputs: Tensor, queried: tuple[int, ...]) -> Tensor:
        """The residual stream after the attention of the first layer, at the positions `queried`."""
        every = layers.index(tuple(range(inputs.shape[2])), inputs.device)
        places = layers.index(queried, inputs.device)
        n_examples = inputs.shape[1]
        if inputs.is_floating_point() or self.d_vocab >= n_examples:
            residual = self._embedded(weights, inputs, every)
            projections = self._projections(0, weights, residual, places)
            return residual[:, :, places] + self._attention(0, weights, projections, places, UNWATCHED)
        tokens = torch.arange(self.d_vocab, device=inputs.device)[None, :, None].expand(len(inputs), -1, len(every))
        table = self._embedded(weights, tokens, every)  # (seed, token, pos, d_model)
        of_table = self._projections(0, weights, table, places)
        residual = layers.picked(table[:, :, places], inputs[:, :, places])
        if is_looked_up(self.d_vocab, n_examples, len(queried)):
            z = attended_by_tokens(*of_table, inputs, queried, scale=self.spec.score_scale, causal=self.spec.causal)
            return residual + layers.from_heads(z, weights["blocks.0.attn.W_O"], weights.get("blocks.0.attn.b_O"))
        queries, keys, values = of_table
        projections = (
            layers.picked(queries, inputs[:, :, places]),
            layers.picked(keys, inputs),
            layers.picked(values, inputs),
        )
        return residual + self._attention(0, weights, projections, places, UNWATCHED)

    # --- Parts of a forward pass; `queried` are the positions that are computed ---

    def _embedded(self, weights: Weights, inputs: Tensor, positions: Tensor, hooks: HookPoints = UNWATCHED) -> Tensor:
        residual = hooks("hook_embed", layers.read_in(hooks("embed.hook_in", inputs), weights["embed.W_E"]))
        if self.spec.positions == "learned":
            table = weights["pos_embed.W_pos"]
        elif self.spec.positions == "sinusoidal":
            sinusoids = layers.sinusoids(self.n_ctx, self.spec.d_model, residual.device)
            table = sinusoids.to(residual.dtype).expand(len(residual), -1, -1)
        else:
            return residual
        if hooks.watches("pos_embed.hook_in"):
            added = layers.embedded(table, hooks("pos_embed.hook_in", positions.expand(residual.shape[:3])))
        else:
            added = table[:, None, positions].expand_as(residual)
        return residual + hooks("hook_pos_embed", added)

    def _unembedded(self, weights: Weights, residual: Tensor, hooks: HookPoints = UNWATCHED) -> Tensor:
        read = hooks("unembed.hook_in", self._normalized(weights, "ln_final", residual, hooks))
        return hooks("hook_unembed", layers.linear(read, self.unembedding(weights)))

    def _normalized(self, weights: Weights, name: str, x: Tensor, hooks: HookPoints = UNWATCHED) -> Tensor:
        return normalized(self.spec.normalization, weights, name, x, hooks)

    def _projections(
        self, layer: int, weights: Weights, residual: Tensor, queried: Tensor, hooks: HookPoints = UNWATCHED
    ) -> Projections:
        """Queries at the positions `queried`, keys and values at every position."""
        here = f"blocks.{layer}"
        by_head = self._inputs_by_head(layer, weights, residual, hooks)
        normed = hooks(f"{here}.attn.hook_in", self._normalized(weights, f"{here}.ln1", residual, hooks))

        def project(letter: str, x: Tensor) -> Tensor:
            weight, bias = weights[f"{here}.attn.W_{letter}"], weights.get(f"{here}.attn.b_{letter}")
            x = hooks(f"{here}.attn.{letter.lower()}.hook_in", x)
            edited = by_head.get(letter)
            projected = layers.to_heads(x, weight, bias) if edited is None else layers.each_head(edited, weight, bias)
            return hooks(f"{here}.attn.hook_{letter.lower()}", projected)

        queries, keys, values = project("Q", normed[:, :, queried]), project("K", normed), project("V", normed)
        if self.spec.positions == "rotary":
            n_pos = residual.shape[2]
            queries = hooks(f"{here}.attn.hook_rot_q", layers.rotated(queries, queried, n_pos))
            every = torch.arange(n_pos, device=keys.device)
            keys = hooks(f"{here}.attn.hook_rot_k", layers.rotated(keys, every, n_pos))
        return queries, keys, values

    def _inputs_by_head(
        self, layer: int, weights: Weights, residual: Tensor, hooks: HookPoints
    ) -> dict[str, Float[Tensor, "seed example pos head d_model"]]:
        """What each head reads for its Q, K and V, after the norm, where that is edited: `hook_attn_in`, for all three,
        and `hook_q_input`, ... are the residual stream once per head. It goes around the hook points of ln1 and of
        `attn.hook_in`, which all heads share."""
        here = f"blocks.{layer}"
        common, own = f"{here}.hook_attn_in", {letter: f"{here}.hook_{letter.lower()}_input" for letter in "QKV"}
        if not hooks.watches(common, *own.values()):
            return {}
        stream = hooks(common, residual[:, :, :, None].expand(-1, -1, -1, self.spec.n_heads, -1))
        read = {letter: hooks(name, stream) for letter, name in own.items()}
        edited = {letter: x for letter, x in read.items() if hooks.edits(common, own[letter])}
        return {letter: self._normalized(weights, f"{here}.ln1", x) for letter, x in edited.items()}

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
        attended = self._attention(layer, weights, projections, queried, hooks)
        return self._add_mlp(layer, weights, residual + attended, hooks)

    def _add_mlp(self, layer: int, weights: Weights, residual: Tensor, hooks: HookPoints = UNWATCHED) -> Tensor:
        here = f"blocks.{layer}"
        if self.spec.d_mlp:
            residual = hooks(f"{here}.hook_resid_mid", residual)
            read = hooks(f"{here}.hook_mlp_in", residual)
            residual = residual + self._mlp(
                layer, weights, self._normalized(weights, f"{here}.ln2", read, hooks), hooks
            )
        return hooks(f"{here}.hook_resid_post", residual)

    def _attention(
        self, layer: int, weights: Weights, projections: Projections, queried: Tensor, hooks: HookPoints
    ) -> Tensor:
        here = f"blocks.{layer}.attn"
        queries, keys, values = projections
        scores = layers.attention_scores(queries, keys, self.spec.score_scale)
        if self.spec.causal:
            later = torch.arange(keys.shape[2], device=keys.device) > queried[:, None]  # (query, key)
            scores = scores.masked_fill(later, float("-inf"))
        scores = hooks(f"{here}.hook_attn_scores", scores)
        pattern = hooks(f"{here}.hook_pattern", scores.softmax(-1))
        z = hooks(f"{here}.hook_z", layers.attended_values(pattern, values))
        weight, bias = weights[f"{here}.W_O"], weights.get(f"{here}.b_O")
        out = layers.from_heads(z, weight, bias)
        if hooks.watches(f"{here}.hook_result"):
            result = hooks(f"{here}.hook_result", layers.result_of_each_head(z, weight))
            if hooks.edits(f"{here}.hook_result"):
                out = result.sum(-2) if bias is None else result.sum(-2) + bias[:, None, None]
        return hooks(f"blocks.{layer}.hook_attn_out", hooks(f"{here}.o.hook_out", out))

    def _mlp(self, layer: int, weights: Weights, x: Tensor, hooks: HookPoints) -> Tensor:
        here = f"blocks.{layer}.mlp"
        if hooks is UNWATCHED and self.spec.activation == "relu":
            b_in, b_out = weights.get(f"{here}.b_in"), weights.get(f"{here}.b_out")
            return layers.relu_mlp(x, weights[f"{here}.W_in"], b_in, weights[f"{here}.W_out"], b_out)
        x = hooks(f"{here}.in.hook_in", hooks(f"{here}.hook_in", x))
        pre = hooks(f"{here}.hook_pre", layers.linear(x, weights[f"{here}.W_in"], weights.get(f"{here}.b_in")))
        post = layers.ACTIVATIONS[self.spec.activation](pre)
        if self.spec.activation == "solu_ln":
            post = normalized("LN", weights, f"{here}.ln", post, hooks)
        post = hooks(f"{here}.hook_post", post)
        out = layers.linear(post, weights[f"{here}.W_out"], weights.get(f"{here}.b_out"))
        return hooks(f"blocks.{layer}.hook_mlp_out", hooks(f"{here}.out.hook_out", out))

    @cached_property
    def hook_names(self) -> tuple[str, ...]:
        """Every hook point of this model."""
        return transformer_hooks.hook_names(self.spec)

    def numbers_per_example(self, n_answers: int) -> int:
        spec = self.spec
        attention = 6 * spec.n_heads * spec.head_width + 2 * spec.n_heads * self.n_ctx
        n_mlp = n_answers if spec.n_layers == 1 else self.n_ctx
        neurons = n_mlp * NEURONS_AT_ONCE.get(spec.activation, 2) * spec.d_mlp
        return self.n_ctx * (4 * spec.d_model + attention) + neurons + n_answers * 2 * self.d_vocab_out


@implements(TransformerSpec)
def transformer(spec: TransformerSpec, task: TaskSpec) -> Transformer:
    """For a task of vectors, `d_vocab` and `d_vocab_out` are the numbers read and written per position."""
    return Transformer(spec, n_ctx=task.n_ctx, d_vocab=task.d_in, d_vocab_out=task.d_out)
