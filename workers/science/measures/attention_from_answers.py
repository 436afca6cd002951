"""Where heads look from the positions at which they are asked."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import AttentionToAnswer, AttentionToPosition, VocabularySplit
from workers.science.evaluation import Snapshot
from workers.science.mechanisms.asked import Asked, asked_by, is_asked_for
from workers.science.mechanisms.by_token import (
    attention_paid,
    holds_answer,
    looks_by_token,
    share_on_diagonal,
    shares_of_heads,
    split_of,
)
from workers.science.mechanisms.sites import by_head, heads_of
from workers.science.registry import implements
from workers.science.transformer import Transformer


@implements(AttentionToAnswer)
def attention_to_answer(spec: AttentionToAnswer, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over the answers that are asked for of the sum of A[i, j] over all j whose token is right at i."""
    asked = asked_by(spec, snapshot)
    return by_head(snapshot.model, attention_to(snapshot, asked, holds_answer(asked)), spec.said_which)


@implements(AttentionToPosition)
def attention_to_position(spec: AttentionToPosition, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over the answers that are asked for of the sum of A[i, j] over all positions j of the name."""
    asked = asked_by(spec, snapshot)
    has_name = torch.tensor([name == spec.to for name in snapshot.task.position_names], device=asked.inputs.device)
    wanted = has_name.expand(*asked.inputs.shape[:2], len(asked.positions), -1)
    return by_head(snapshot.model, attention_to(snapshot, asked, wanted), f" to {spec.to}{spec.said_which}")


def attention_to(
    snapshot: Snapshot, asked: Asked, wanted: Bool[Tensor, "seed example answer key"]
) -> Float[Tensor, "seed head"]:
    """The attention of all heads, layer by layer, from the answers that are asked for to the wanted keys: its mean."""
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if not model.spec.n_layers:
        return torch.zeros(len(asked.inputs), 0)
    paid, is_asked = attention_paid(snapshot, asked, wanted), is_asked_for(asked)
    return (paid * is_asked[:, :, None]).sum(dim=(1, 3)) / is_asked.sum(dim=(1, 2))[:, None]


@implements(VocabularySplit)
def vocabulary_split(spec: VocabularySplit, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mutual information of right answer and head over ln(number of heads), and of each head its shares of tokens, all
    of them in [0, 1]."""
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if not model.spec.n_layers:
        return {}
    looks = looks_by_token(snapshot, asked_by(spec, snapshot))
    kinds = {
        "share": shares_of_heads(looks).nanmean(2),
        "copies": share_on_diagonal(model, snapshot.weights, lowest=False),
        "suppresses": share_on_diagonal(model, snapshot.weights, lowest=True),
    }
    heads = [site.name for site in heads_of(model)]
    values = {
        f"{head} {kind}{spec.said_which}": of_heads[:, place]
        for kind, of_heads in kinds.items()
        for place, head in enumerate(heads)
    }
    return {spec.said_which.strip(): split_of(looks)} | values
