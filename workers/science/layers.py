"""The algebra of a stacked transformer. Every tensor has a leading seed axis; nothing here knows about recipes.

Dimensions: seed, example, pos, query and key (positions in attention), head, d_head; d_in and d_out for any width.
"""

from collections.abc import Callable
from functools import lru_cache

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

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


def rotated(
    x: Float[Tensor, "seed example pos head d_head"], positions: Int[Tensor, "pos"]
) -> Float[Tensor, "seed example pos head d_head"]:
    """Rotary position embedding (arXiv 2104.09864): the pair (2i, 2i+1) turned by position / 10000^(2i/d_head)."""
    cosine, sine = (table.to(x)[:, None] for table in _rotary_tables(x.shape[-1], int(positions.max()) + 1))
    positions = positions.to(x.device)
    turned = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).flatten(-2)
    return x * cosine[positions] + turned * sine[positions]


@lru_cache(maxsize=16)
def _rotary_tables(d_head: int, n_positions: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines in float32, as TransformerLens has them even for a float64 model."""
    frequencies = 1 / ROTARY_BASE ** (torch.arange(0, d_head, 2).float() / d_head)
    angles = torch.outer(torch.arange(n_positions).float(), frequencies)  # (pos, pair)
    return angles.cos().repeat_interleave(2, dim=-1), angles.sin().repeat_interleave(2, dim=-1)


@lru_cache(maxsize=16)
def sinusoids(n_positions: int, d_model: int) -> Float[Tensor, "pos d_model"]:
    """Row p holds sin(p / 10000^(2i/d)) in column 2i and the cosine of the same in column 2i + 1, in float64.

    Source: Vaswani et al. 2017, arXiv 1706.03762, section 3.5.
    """
    frequencies = SINUSOID_BASE ** -(torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = torch.outer(torch.arange(n_positions, dtype=torch.float64), frequencies)  # (pos, pair)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :d_model]


def picked(
    table: Float[Tensor, "seed token pos *dims"], tokens: Int[Tensor, "seed example pos"]
) -> Float[Tensor, "seed example pos *dims"]:
    """Row `tokens[s, n, p]` of `table[s, :, p]` for every s, n and p."""
    n_seeds, n_tokens, n_pos = table.shape[:3]
    seeds = torch.arange(n_seeds, device=tokens.device)[:, None, None] * n_tokens
    rows = (seeds + tokens) * n_pos + torch.arange(n_pos, device=tokens.device)
    return functional.embedding(rows, table.flatten(0, 2).flatten(1)).view(*tokens.shape, *table.shape[3:])


def read_in(
    x: Int[Tensor, "seed example pos"] | Float[Tensor, "seed example pos d_in"],
    table: Float[Tensor, "seed d_in d_model"],
) -> Float[Tensor, "seed example pos d_model"]:
    """Tokens: the table's row of each. Vectors of real numbers: x times the table; a token is its one-hot vector."""
    return linear(x, table) if x.is_floating_point() else embedded(table, x)


def embedded(
    table: Float[Tensor, "seed token d_model"], tokens: Int[Tensor, "seed example pos"]
) -> Float[Tensor, "seed example pos d_model"]:
    """Row `tokens[s, n, p]` of `table[s]`."""
    seeds = torch.arange(len(table), device=tokens.device)[:, None, None] * table.shape[1]
    return functional.embedding(seeds + tokens, table.flatten(0, 1))
