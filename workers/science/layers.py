"""The algebra of a stacked transformer. Every tensor has a leading seed axis; nothing here knows about recipes.

Dimensions: seed, example, pos, query and key (positions in attention), head, d_head; d_in and d_out for any width.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

EPSILON = 1e-5  # of every normalization, as in TransformerLens
ROTARY_BASE = 10_000.0
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "silu": functional.silu,
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


def from_heads(
    z: Float[Tensor, "seed example pos head d_head"],
    weight: Float[Tensor, "seed head d_head d_model"],
    bias: Tensor | None,
) -> Float[Tensor, "seed example pos d_model"]:
    """The output projection, summed over heads."""
    return linear(z.flatten(-2), weight.flatten(1, 2), bias)


def attention_scores(
    queries: Float[Tensor, "seed example query head d_head"], keys: Float[Tensor, "seed example key head d_head"]
) -> Float[Tensor, "seed example head query key"]:
    """q . k / sqrt(d_head)."""
    if queries.shape[2] == 1:  # multiplying and adding beats a host of tiny matrix products
        scores = (queries * keys).sum(-1).transpose(2, 3)[:, :, :, None]
    else:
        scores = torch.einsum("snqhd,snkhd->snhqk", queries, keys)
    return scores / math.sqrt(queries.shape[-1])


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
