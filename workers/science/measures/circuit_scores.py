"""Scores of the weights of attention heads."""

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import CompositionScores, CopyingScore
from workers.science.evaluation import Snapshot
from workers.science.mechanisms.circuits import composition_scores, copying_scores, random_composition
from workers.science.mechanisms.sites import by_head
from workers.science.registry import implements
from workers.science.transformer import Transformer


@implements(CopyingScore)
def copying_score(spec: CopyingScore, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Of every head, in [-1, 1]: how far its OV circuit raises the token that it reads."""
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    return by_head(model, copying_scores(model, snapshot.weights)) if model.spec.n_layers else {}


@implements(CompositionScores)
def composition(spec: CompositionScores, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Of every pair of heads in two layers, less what chance would give them; and the largest of all."""
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if model.spec.n_layers < 2:
        return {}
    raw = composition_scores(model, snapshot.weights, spec.of)  # (seed, source, target)
    scores = raw - random_composition(model.spec.d_model, model.spec.head_width)
    n_heads = model.spec.n_heads
    pairs = {
        f"{spec.of} L{source // n_heads}H{source % n_heads} to L{target // n_heads}H{target % n_heads}": (
            scores[:, source, target]
        )
        for source in range(scores.shape[1])
        for target in range((source // n_heads + 1) * n_heads, scores.shape[2])
    }
    return {f"{spec.of} largest": torch.stack(list(pairs.values())).amax(0)} | pairs
