"""What rotary positions make of the distance between query and key: the scores of a head, averaged over tokens."""

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.evaluation import Snapshot, recorded
from workers.science.layers import ROTARY_BASE
from workers.science.transformer import Transformer

ByDistance = Float[Tensor, "seed head frequency distance"]


def scores_by_distance(snapshot: Snapshot) -> ByDistance:
    """scale Re(mean q_f conj(mean k_f) e^(i theta_f d)) of the first layer, in float64, for d = 0 to n_ctx - 1; the sum
    over f is the mean score of a query d places after a key, over all pairs of tokens.

    Before the first attention a token is the same at every position, so that one position tells its q and k.
    """
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    any_weight = next(iter(snapshot.weights.values()))
    tokens = torch.arange(model.d_vocab, device=any_weight.device)[None, :, None].expand(len(any_weight), -1, -1)
    names = ("blocks.0.attn.hook_q", "blocks.0.attn.hook_k")
    found = recorded(model, snapshot.weights, tokens, names)
    query, key = (_as_complex(found[name].double().mean((1, 2))) for name in names)  # (seed, head, frequency)
    d_head = found[names[0]].shape[-1]
    frequencies = ROTARY_BASE ** -(torch.arange(0, d_head, 2, dtype=torch.float64, device=tokens.device) / d_head)
    distances = torch.arange(model.n_ctx, dtype=torch.float64, device=tokens.device)
    turns = torch.polar(torch.ones_like(distances), frequencies[:, None] * distances)  # (frequency, distance)
    scores: Tensor = model.spec.score_scale * ((query * key.conj())[..., None] * turns).real
    return scores


def contrast_with_the_token_before(scores: ByDistance) -> Float[Tensor, "seed head frequency"]:
    """The score at distance 1 minus the mean of those at all other distances."""
    n_others = scores.shape[-1] - 1
    return scores[..., 1] - (scores.sum(-1) - scores[..., 1]) / n_others


def _as_complex(x: Float[Tensor, "seed head d_head"]) -> Tensor:
    """Numbers 2f and 2f + 1 as one complex number."""
    return torch.complex(x[..., 0::2], x[..., 1::2])
