"""What each head of a one-layer transformer does with a number in a list, read off the weights: the QK circuit from "="
to the numbers, and the OV circuit from the numbers to the logits."""

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.tasks import ReduceList
from workers.science.evaluation import Snapshot, recorded
from workers.science.transformer import Transformer

SCORES, VALUES = "blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_v"


def has_heads(snapshot: Snapshot) -> bool:
    """Not so without layers."""
    return "blocks.0.attn.W_O" in snapshot.weights


def scores_of_numbers(snapshot: Snapshot) -> Float[Tensor, "seed head number place"]:
    """The attention score that "=" gives each number at each place of the list, before the softmax."""
    scores = _recorded(snapshot, SCORES)  # (seed, number, head, query, key)
    return scores[:, :, :, -1, :-1].transpose(1, 2).double()


def logits_of_numbers(snapshot: Snapshot) -> Float[Tensor, "seed head number output"]:
    """What attending to a number alone adds to each logit, on the mean over the places of the list."""
    model = snapshot.model
    assert isinstance(model, Transformer)
    values = _recorded(snapshot, VALUES)[:, :, :-1].mean(2).double()  # (seed, number, head, d_head)
    output, unembedding = snapshot.weights["blocks.0.attn.W_O"], model.unembedding(snapshot.weights)
    return torch.einsum("snhd,shdm,smo->shno", values, output.double(), unembedding.double())


def _recorded(snapshot: Snapshot, name: str) -> Tensor:
    """In the first layer, keys and values know of their own token and place alone: each number is read everywhere."""
    assert isinstance(snapshot.task, ReduceList), "the recipe's check lets only lists in"
    numbers = torch.arange(snapshot.task.vocabulary, device=snapshot.weights["embed.W_E"].device)
    lists = numbers[:, None].repeat(1, snapshot.task.length)
    inputs = torch.cat([lists, torch.full_like(lists[:, :1], snapshot.task.vocabulary)], dim=1)
    n_seeds = len(snapshot.weights["embed.W_E"])
    return recorded(snapshot.model, snapshot.weights, inputs.expand(n_seeds, -1, -1), [name])[name]


def share_in_order(scores: Float[Tensor, "*head number place"], *, largest_first: bool) -> Float[Tensor, "*head"]:
    """Of all pairs u < v at two places, the share in which v scores higher; with `largest_first` false, u."""
    n_numbers, n_places = scores.shape[-2:]
    larger = torch.ones(n_numbers, n_numbers, dtype=torch.bool, device=scores.device).tril(-1)  # (v, u)
    ahead = scores if largest_first else -scores
    in_order = torch.zeros(scores.shape[:-2], dtype=torch.float64, device=scores.device)
    for place in range(n_places):
        for other in range(n_places):
            if other != place:
                wins = ahead[..., :, None, place] > ahead[..., None, :, other]
                in_order += (wins & larger).sum((-2, -1))
    return in_order / (n_places * (n_places - 1) * larger.sum())


def share_on_diagonal(logits: Float[Tensor, "*head number output"]) -> Float[Tensor, "*head"]:
    """The share of rows whose largest entry is the one on the diagonal."""
    numbers = torch.arange(logits.shape[-2], device=logits.device)
    return (logits.argmax(-1) == numbers).double().mean(-1)
