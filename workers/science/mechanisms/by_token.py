"""What each head does with each token: how much it looks at it where it is the right answer, and what it says then."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from workers.science.evaluation import Snapshot, recorded
from workers.science.mechanisms.asked import Asked, is_asked_for
from workers.science.mechanisms.circuits import full_ov
from workers.science.model import Weights
from workers.science.transformer import Transformer

ByToken = Float[Tensor, "seed head token"]


def holds_answer(asked: Asked) -> Bool[Tensor, "seed example answer key"]:
    """Where the right answer stands."""
    return asked.inputs[:, :, None, :] == asked.labels[..., None]


def attention_paid(
    snapshot: Snapshot, asked: Asked, wanted: Bool[Tensor, "seed example answer key"]
) -> Float[Tensor, "seed example head answer"]:
    """The attention of all heads, layer by layer, from each answer to the wanted keys."""
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.spec.n_layers)]
    places = list(asked.positions)
    rows = recorded(model, snapshot.weights, asked.inputs, names, kept=lambda pattern: pattern[:, :, :, places])
    pattern = torch.cat([rows[name] for name in names], dim=2).double()  # (seed, example, layer head, answer, key)
    return (pattern * wanted[:, :, None]).sum(-1)


def looks_by_token(snapshot: Snapshot, asked: Asked) -> ByToken:
    """Mean attention to the places of the right answer, by which token that is; not a number for a token that is never
    asked for, or never stands anywhere then."""
    wanted = holds_answer(asked)
    paid = attention_paid(snapshot, asked, wanted)
    counts = is_asked_for(asked) & wanted.any(-1)  # (seed, example, answer)
    tokens = asked.labels.clamp(min=0).flatten(1)
    n_seeds, n_heads, n_tokens = len(tokens), paid.shape[2], snapshot.model.d_out
    of_heads = (paid * counts[:, :, None]).transpose(1, 2).flatten(2)  # (seed, head, example answer)
    sums = of_heads.new_zeros(n_seeds, n_heads, n_tokens)
    sums = sums.scatter_add(2, tokens[:, None].expand_as(of_heads), of_heads)
    times = torch.zeros_like(sums[:, 0]).scatter_add(1, tokens, counts.flatten(1).double())
    return sums / times[:, None]


def said_of_own_token(model: Transformer, weights: Weights) -> ByToken:
    """What attending to a token adds to its own logit, over the mean of all logits: the diagonal of W_E W_V W_O W_U
    less the mean of its row."""
    tables = _own_tables(model, weights)
    return tables.diagonal(dim1=-2, dim2=-1) - tables.mean(-1)


def share_on_diagonal(model: Transformer, weights: Weights, *, lowest: bool) -> Float[Tensor, "seed head"]:
    """Of the tokens that can be answers, those whose own logit is the one that a head raises, or lowers, most."""
    tables = _own_tables(model, weights)
    best = (-tables if lowest else tables).max(-1)
    says_something = best.values > (-tables if lowest else tables).min(-1).values
    own = torch.arange(tables.shape[-1], device=tables.device)
    return ((best.indices == own) & says_something).double().mean(-1)


def _own_tables(model: Transformer, weights: Weights) -> Float[Tensor, "seed head token token"]:
    """The rows of those tokens that can be answers, of the heads of all layers."""
    weights = {name: weight.double() for name, weight in weights.items()}
    return torch.cat([full_ov(model, weights, layer) for layer in range(model.spec.n_layers)], 1)[
        :, :, : model.d_vocab_out
    ]


def shares_of_heads(looks: ByToken) -> ByToken:
    """What of the looking at each token is each head's; not a number for a token that nobody looks at."""
    total = looks.sum(1, keepdim=True)
    return torch.where(total > 0, looks / total, torch.nan)


def split_of(looks: ByToken) -> Float[Tensor, "seed"]:
    """(H(mean over tokens of the shares) - mean over tokens of H(shares)) / ln(number of heads), H the entropy: the
    mutual information of token and head, all tokens alike, in [0, 1]; 0 for a single head."""
    if looks.shape[1] == 1:
        return torch.zeros(len(looks), dtype=looks.dtype, device=looks.device)
    shares = shares_of_heads(looks)
    information = _entropy(shares.nanmean(2), 1) - _entropy(shares, 1).nanmean(1)
    return information / math.log(looks.shape[1])


def _entropy(shares: Tensor, dim: int) -> Tensor:
    entropy: Tensor = -torch.special.xlogy(shares, shares).sum(dim)
    return entropy
