"""Attention of the first layer by looking up: there, a query and a key depend on their tokens and positions alone.

Where tokens are few and examples many, the score of every pair of tokens is computed once, as a matrix product, and
picked for each example. Examples run along memory, so that the softmax over a handful of keys is taken for all of them
at once.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from workers.science import layers


def attended_by_tokens(
    queries: Float[Tensor, "seed token query head d_head"],
    keys: Float[Tensor, "seed token pos head d_head"],
    values: Float[Tensor, "seed token pos head d_head"],
    tokens: Int[Tensor, "seed example pos"],
    queried: tuple[int, ...],
    *,
    scale: float,
    causal: bool,
) -> Float[Tensor, "seed example query head d_head"]:
    """The mean of the values under each query's attention pattern, for queries at the positions `queried`.

    The tables hold what each token would be at each position.
    """
    n_seeds, n_tokens, n_pos, n_heads, _ = keys.shape
    tokens = tokens.mT  # (seed, pos, example)
    rows = tokens + n_tokens * torch.arange(n_pos, device=tokens.device)[:, None]  # in a table of (pos token)
    seen = layers.embedded(values.transpose(1, 2).flatten(1, 2), rows)  # (seed, pos, example, head, d_head)
    scores = torch.einsum("stqhd,suphd->sqhtpu", queries, keys * scale).flatten(3)  # (seed, query, head, pair)
    attended = []
    for place, query in enumerate(queried):
        n_keys = query + 1 if causal else n_pos
        pairs = tokens[:, query, None] * (n_pos * n_tokens) + rows[:, :n_keys]  # (seed, key, example)
        pattern = _picked_for_heads(scores[:, place], pairs).softmax(2)  # (seed, head, key, example)
        attended.append((pattern.permute(0, 2, 3, 1)[..., None] * seen[:, :n_keys]).sum(1))
    return torch.stack(attended, dim=2)


def _picked_for_heads(
    scores: Float[Tensor, "seed head pair"], pairs: Int[Tensor, "seed key example"]
) -> Float[Tensor, "seed head key example"]:
    for_heads = pairs[:, None].expand(-1, scores.shape[1], -1, -1)
    return layers.embedded(scores.flatten(0, 1), for_heads.flatten(0, 1)).view(for_heads.shape)
