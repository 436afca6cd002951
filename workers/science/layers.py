"""The algebra of a stacked transformer. Every tensor has a leading seed axis; nothing here knows about recipes.

Dimensions: seed, example, pos, query and key (positions in attention), head, d_head; d_in and d_out for any width.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

CPU = torch.device("cpu")
ROTARY_BASE = 10_000.0
SINUSOID_BASE = 10_000.0
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu_new": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "solu": lambda x: x * x.softmax(-1),  # Elhage et al. 2022, "Softmax Linear Units"
    "solu_ln": lambda x: x * x.softmax(-1),  # the LayerNorm after it has weights, and is a layer of its own
    "square": torch.square,
    "none": lambda x: x,
}


def linear(
    x: Float[Tensor, "seed *batch d_in"], weight: Float[Tensor, "seed d_in d_out"], bias: Tensor | None = None
) -> Float[Tensor, "seed *batch d_out"]:
    """x W + b, each seed with its own W and b."""
    rows = x.reshape(len(x), -1, x.shape[-1])  # (seed, row, d_in)
    product = torch.bmm(rows, weight) if bias is None else torch.baddbmm(bias[:, None], rows, weight)
    return product.view(*x.shape[:-1], weight.shape[-1])


def to_heads(
    x: Float[Tensor, "seed example pos d_model"], weight: Float[Tensor, "seed head d_model d_head"], bias: Tensor | None
) -> Float[Tensor, "seed example pos head d_head"]:
    """The projection to queries, keys or values of all heads, as one matrix product per seed."""
    n_seeds, n_heads, d_model, d_head = weight.shape
    joined = weight.transpose(1, 2).reshape(n_seeds, d_model, n_heads * d_head)
    return linear(x, joined, None if bias is None else bias.flatten(1)).view(*x.shape[:-1], n_heads, d_head)


def each_head(
    x: Float[Tensor, "seed example pos head d_model"],
    weight: Float[Tensor, "seed head d_model d_head"],
    bias: Tensor | None,
) -> Float[Tensor, "seed example pos head d_head"]:
    """The projection of `to_heads`, where each head reads something of its own."""
    projected = torch.einsum("snphm,shmd->snphd", x, weight)
    return projected if bias is None else projected + bias[:, None, None]


def from_heads(
    z: Float[Tensor, "seed example pos head d_head"],
    weight: Float[Tensor, "seed head d_head d_model"],
    bias: Tensor | None,
) -> Float[Tensor, "seed example pos d_model"]:
    """The output projection, summed over heads."""
    return linear(z.flatten(-2), weight.flatten(1, 2), bias)


def result_of_each_head(
    z: Float[Tensor, "seed example pos head d_head"], weight: Float[Tensor, "seed head d_head d_model"]
) -> Float[Tensor, "seed example pos head d_model"]:
    """What each head adds to the residual stream; together with the bias they are the output projection."""
    return torch.einsum("snphd,shdm->snphm", z, weight)


def relu_mlp(
    x: Float[Tensor, "seed *batch d_in"],
    w_in: Float[Tensor, "seed d_in d_mlp"],
    b_in: Float[Tensor, "seed d_mlp"] | None,
    w_out: Float[Tensor, "seed d_mlp d_out"],
    b_out: Float[Tensor, "seed d_out"] | None,
) -> Float[Tensor, "seed *batch d_out"]:
    """relu(x W_in + b_in) W_out + b_out, with biases in both or in none."""
    rows = x.reshape(len(x), -1, x.shape[-1])  # (seed, row, d_in)
    out: Tensor = _ReluMlp.apply(rows, w_in, b_in, w_out, b_out)  # type: ignore[no-untyped-call]
    return out.view(*x.shape[:-1], -1)


class _ReluMlp(torch.autograd.Function):
    """relu(x W_in + b_in) W_out + b_out, keeping and making one tensor as wide as the neurons fewer than autograd would
    each way: the largest tensors of a step, and the slowest to come by. Each has three axes: seed, row, width."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w_in: Tensor, b_in: Tensor | None, w_out: Tensor, b_out: Tensor | None) -> Tensor:
        post = linear(x, w_in, b_in).relu_()
        ctx.save_for_backward(x, w_in, w_out, post)
        ctx.has_biases = b_in is not None
        return linear(post, w_out, b_out)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, w_in, w_out, post = ctx.saved_tensors
        of_pre = torch.bmm(gradient, w_out.mT)
        of_w_out = torch.bmm(post.mT, gradient)
        torch.ops.aten.threshold_backward.grad_input(of_pre, post, 0, grad_input=of_pre)
        of_b_in, of_b_out = (of_pre.sum(1), gradient.sum(1)) if ctx.has_biases else (None, None)
        return torch.bmm(of_pre, w_in.mT), torch.bmm(x.mT, of_pre), of_b_in, of_w_out, of_b_out


def attention_scores(
    queries: Float[Tensor, "seed example query head d_head"],
    keys: Float[Tensor, "seed example key head d_head"],
    scale: float,
) -> Float[Tensor, "seed example head query key"]:
    """q . k * scale."""
    if queries.shape[2] == 1:  # multiplying and adding beats a host of tiny matrix products
        scores = (queries * keys).sum(-1).transpose(2, 3)[:, :, :, None]
    else:
        scores = torch.einsum("snqhd,snkhd->snhqk", queries, keys)
    return scores * scale


def attended_values(
    pattern: Float[Tensor, "seed example head query key"], values: Float[Tensor, "seed example key head d_head"]
) -> Float[Tensor, "seed example query head d_head"]:
    """The mean of the values under each query's attention pattern."""
    if pattern.shape[3] == 1:
        weights = pattern[:, :, :, 0].transpose(2, 3)[..., None]  # (seed, example, key, head, 1)
        return (weights * values).sum(2, keepdim=True)
    return torch.einsum("snhqk,snkhd->snqhd", pattern, values)


@lru_cache(maxsize=64)
def index(positions: tuple[int, ...], device: torch.device) -> Int[Tensor, "pos"]:
    """Positions as a tensor that is made once: a captured step may not bring numbers to the GPU."""
    return torch.tensor(positions, dtype=torch.int64, device=device)


def rotated(
    x: Float[Tensor, "seed example pos head d_head"], positions: Int[Tensor, "pos"], n_positions: int
) -> Float[Tensor, "seed example pos head d_head"]:
    """Rotary position embedding (arXiv 2104.09864): the pair (2i, 2i+1) turned by position / 10000^(2i/d_head).
    Positions are below `n_positions`."""
    cosine, sine = (table.to(x)[:, None] for table in _rotary_tables(x.shape[-1], n_positions, x.device))
    turned = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).flatten(-2)
    return x * cosine[positions] + turned * sine[positions]


@lru_cache(maxsize=16)
def _rotary_tables(d_head: int, n_positions: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines in float32, as TransformerLens has them even for a float64 model."""
    frequencies = 1 / ROTARY_BASE ** (torch.arange(0, d_head, 2).float() / d_head)
    angles = torch.outer(torch.arange(n_positions).float(), frequencies)  # (pos, pair)
    cosines, sines = (table.repeat_interleave(2, dim=-1).to(device) for table in (angles.cos(), angles.sin()))
    return cosines, sines


@lru_cache(maxsize=16)
def sinusoids(n_positions: int, d_model: int, device: torch.device = CPU) -> Float[Tensor, "pos d_model"]:
    """Row p holds sin(p / 10000^(2i/d)) in column 2i and the cosine of the same in column 2i + 1, in float64.

    Source: Vaswani et al. 2017, arXiv 1706.03762, section 3.5.
    """
    frequencies = SINUSOID_BASE ** -(torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = torch.outer(torch.arange(n_positions, dtype=torch.float64), frequencies)  # (pos, pair)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :d_model].to(device)


def picked(
    table: Float[Tensor, "seed token pos *dims"], tokens: Int[Tensor, "seed example pos"]
) -> Float[Tensor, "seed example pos *dims"]:
    """Row `tokens[s, n, p]` of `table[s, :, p]` for every s, n and p."""
    n_seeds, n_tokens, n_pos = table.shape[:3]
    seeds = torch.arange(n_seeds, device=tokens.device)[:, None, None] * n_tokens
    rows = (seeds + tokens) * n_pos + torch.arange(n_pos, device=tokens.device)
    return rows_of(table.flatten(0, 2), rows)


def read_in(
    x: Int[Tensor, "seed example pos"] | Float[Tensor, "seed example pos d_in"],
    table: Float[Tensor, "seed d_in d_model"],
) -> Float[Tensor, "seed example pos d_model"]:
    """Tokens: the table's row of each. Vectors of real numbers: x times the table; a token is its one-hot vector."""
    return linear(x, table) if x.is_floating_point() else embedded(table, x)


def embedded(
    table: Float[Tensor, "seed token *dims"], tokens: Int[Tensor, "seed example pos"]
) -> Float[Tensor, "seed example pos *dims"]:
    """Row `tokens[s, n, p]` of `table[s]`."""
    seeds = torch.arange(len(table), device=tokens.device)[:, None, None] * table.shape[1]
    return rows_of(table.flatten(0, 1), seeds + tokens)


def rows_of(table: Float[Tensor, "row *dims"], rows: Int[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Some rows of a table, in any order and number. Going backward, `index_select` adds up the gradients of a row
    that is picked often several times as fast as `embedding` and plain indexing do."""
    return table.index_select(0, rows.flatten()).view(*rows.shape, *table.shape[1:])
