"""The circuits of attention heads, from the weights alone; a vector that is read is a row here, as in TransformerLens.

Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits". Norms, biases and the rotation of
rotary positions are left out. A head's matrices have d_head columns between two wide ones, so norms and eigenvalues of
the wide products are those of products that are d_head wide. Everything is float64.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.model import Weights
from workers.science.randomness import generator
from workers.science.transformer import Transformer

N_RANDOM = 100  # products of Gaussian matrices that make the baseline of a composition score

Narrow = Float[Tensor, "*#head d_model d_head"]  # the axes before the last two broadcast


@dataclass(frozen=True)
class Heads:
    """The matrices of every head, layer by layer: each (seed, layer head, d_model, d_head), W_O transposed."""

    q: Narrow
    k: Narrow
    v: Narrow
    o: Narrow


def heads_of_weights(model: Transformer, weights: Weights) -> Heads:
    def of_all(letter: str) -> Tensor:
        layers = range(model.spec.n_layers)
        return torch.cat([weights[f"blocks.{layer}.attn.W_{letter}"] for layer in layers], dim=1).double()

    return Heads(of_all("Q"), of_all("K"), of_all("V"), of_all("O").mT)


def full_ov(model: Transformer, weights: Weights, layer: int) -> Float[Tensor, "seed head token d_vocab_out"]:
    """W_E W_V W_O W_U of every head: row a, column b is what attending to token a adds to the logit of b."""
    here = f"blocks.{layer}.attn"
    read = weights["embed.W_E"][:, None] @ weights[f"{here}.W_V"]  # (seed, head, token, d_head)
    return read @ (weights[f"{here}.W_O"] @ model.unembedding(weights)[:, None])


def full_qk(
    model: Transformer, weights: Weights, layer: int, rows: Float[Tensor, "seed row d_model"]
) -> Float[Tensor, "seed head row row"]:
    """X W_Q W_K^T X^T times the scale of the scores, for the vectors X of tokens or positions."""
    here = f"blocks.{layer}.attn"
    queries, keys = (rows[:, None] @ weights[f"{here}.W_{letter}"] for letter in "QK")
    return queries @ keys.mT * model.spec.score_scale


def copying_scores(model: Transformer, weights: Weights) -> Float[Tensor, "seed head"]:
    """sum of Re lambda / sum of |lambda| over the eigenvalues of W_E W_V W_O W_U, in [-1, 1]; 0 where that is zero.

    Its eigenvalues that are not zero are those of W_O W_U W_E W_V, which is d_head wide. Of W_E only the rows of tokens
    that can be answers.
    """
    heads = heads_of_weights(model, weights)
    back = model.unembedding(weights).double() @ weights["embed.W_E"][:, : model.d_vocab_out].double()
    narrow = heads.o.mT @ back[:, None] @ heads.v  # (seed, layer head, d_head, d_head)
    eigenvalues = torch.linalg.eigvals(narrow.cpu()).to(narrow.device)
    total = eigenvalues.abs().sum(-1)
    return torch.where(total > 0, eigenvalues.real.sum(-1) / total, torch.zeros_like(total))


def composition_scores(
    model: Transformer, weights: Weights, of: Literal["Q", "K", "V"]
) -> Float[Tensor, "seed source target"]:
    """||W_OV X|| / (||W_OV|| ||X||) of every head as source with every head as target, layer by layer; X is W_Q W_K^T
    of the target for Q, its transpose for K, its W_V W_O for V. It has a meaning where the target's layer is later."""
    heads = heads_of_weights(model, weights)
    read, rest = {"Q": (heads.q, heads.k), "K": (heads.k, heads.q), "V": (heads.v, heads.o)}[of]
    return _relative_norms(heads.v[:, :, None], heads.o[:, :, None], read[:, None], rest[:, None])


@lru_cache(maxsize=16)
def random_composition(d_model: int, d_head: int) -> float:
    """The mean of the score over products of Gaussian matrices of a head's shapes, about 1 / sqrt(d_model)."""
    draws = generator(0, "composition")
    v, o, read, rest = (torch.randn(N_RANDOM, d_model, d_head, generator=draws, dtype=torch.float64) for _ in range(4))
    return float(_relative_norms(v, o, read, rest).mean())


def _relative_norms(v: Narrow, o: Narrow, read: Narrow, rest: Narrow) -> Float[Tensor, "..."]:
    """||A B|| / (||A|| ||B||) with A = v o^T and B = read rest^T; 0 where one of them is zero.

    ||x m y^T||^2 = tr(x^T x m y^T y m^T), all of them d_head wide.
    """
    of_v, of_o, of_read, of_rest = (x.mT @ x for x in (v, o, read, rest))  # each (*head, d_head, d_head)
    between = o.mT @ read
    product = (of_v @ between @ of_rest * between).sum(dim=(-2, -1))
    apart = (of_v * of_o).sum(dim=(-2, -1)) * (of_read * of_rest).sum(dim=(-2, -1))
    return torch.where(apart > 0, (product.clamp(min=0) / apart).sqrt(), torch.zeros_like(apart))
