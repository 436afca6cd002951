"""Where heads look from the positions at which they are asked."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import AttentionToAnswer, AttentionToPosition
from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot, recorded
from workers.science.mechanisms.asked import Asked, asked_by
from workers.science.mechanisms.sites import by_head
from workers.science.registry import implements
from workers.science.transformer import Transformer


@implements(AttentionToAnswer)
def attention_to_answer(spec: AttentionToAnswer, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over the answers that are asked for of the sum of A[i, j] over all j whose token is right at i."""
    asked = asked_by(spec, snapshot)
    holds_answer = asked.inputs[:, :, None, :] == asked.labels[..., None]  # (seed, example, answer, key)
    return by_head(snapshot.model, attention_to(snapshot, asked, holds_answer), spec.said_which)


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
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.spec.n_layers)]
    places = list(asked.positions)
    rows = recorded(model, snapshot.weights, asked.inputs, names, kept=lambda pattern: pattern[:, :, :, places])
    pattern = torch.cat([rows[name] for name in names], dim=2).double()  # (seed, example, layer head, answer, key)
    paid = (pattern * wanted[:, :, None]).sum(-1)  # (seed, example, layer head, answer)
    is_asked = _is_asked(asked)
    return (paid * is_asked[:, :, None]).sum(dim=(1, 3)) / is_asked.sum(dim=(1, 2))[:, None]


def _is_asked(asked: Asked) -> Bool[Tensor, "seed example answer"]:
    """Answers that are numbers are all asked for."""
    if asked.labels.is_floating_point():
        return torch.ones_like(asked.labels[..., 0], dtype=torch.bool)
    return asked.labels != IGNORED
