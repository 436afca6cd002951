import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.measures import HeadScores
from workers.science.evaluation import Snapshot, recorded
from workers.science.randomness import generator
from workers.science.registry import implements
from workers.science.transformer import Transformer

N_PROMPTS = 64

Pattern = Float[Tensor, "*pattern query key"]
Tokens = Int[Tensor, "*prompt pos"]  # broadcasts against the pattern


@implements(HeadScores)
def head_scores(spec: HeadScores, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean attention, in [0, 1], of each head to the place that gives the score its name; and the largest of all heads.

    The prompts are r r with r uniform over the tokens that the model reads, as long as its context allows; the same for
    every seed, run and step. A transformer without layers has no heads to score.
    """
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if not model.spec.n_layers:
        return {}
    r = torch.randint(model.d_vocab, (N_PROMPTS, model.n_ctx // 2), generator=generator(0, "head scores"))
    prompts = torch.cat([r, r], dim=1).to(next(iter(snapshot.weights.values())).device)
    n_seeds = len(next(iter(snapshot.weights.values())))
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.spec.n_layers)]
    patterns = recorded(model, snapshot.weights, prompts.expand(n_seeds, -1, -1), names)
    by_head = torch.cat([patterns[name] for name in names], dim=2).double()  # (seed, example, layer head, query, key)
    heads = [f"L{layer}H{head}" for layer in range(model.spec.n_layers) for head in range(model.spec.n_heads)]
    values: dict[str, Tensor] = {}
    for score, of_pattern in SCORES.items():
        of_heads = of_pattern(by_head, prompts[:, None, :]).mean(1)  # (seed, layer head)
        values[score] = of_heads.amax(1)
        values |= {f"{score} {head}": of_heads[:, place] for place, head in enumerate(heads)}
    return values


def previous_token_score(pattern: Pattern, tokens: Tokens) -> Float[Tensor, "*pattern"]:
    """Mean over positions i >= 1 of A[i, i - 1]."""
    return pattern.diagonal(-1, -2, -1).mean(-1)


def duplicate_token_score(pattern: Pattern, tokens: Tokens) -> Float[Tensor, "*pattern"]:
    """On r r, mean over the second half of A[i, i - T], where T is the length of r."""
    return pattern.diagonal(-(tokens.shape[-1] // 2), -2, -1).mean(-1)


def induction_score(pattern: Pattern, tokens: Tokens) -> Float[Tensor, "*pattern"]:
    """On r r, mean over the second half of A[i, i - (T - 1)]: the token after the earlier copy of the one at i."""
    half = tokens.shape[-1] // 2
    return pattern.diagonal(-(half - 1), -2, -1)[..., 1:].mean(-1)


def prefix_matching_score(pattern: Pattern, tokens: Tokens) -> Float[Tensor, "*pattern"]:
    """Mean over positions i whose token came before of the sum of A[i, j] over all j <= i that follow a copy of it."""
    same = tokens[..., :, None] == tokens[..., None, :]  # (*batch, query, key)
    follows = torch.zeros_like(same)
    follows[..., :, 1:] = same[..., :, :-1]
    follows = follows & torch.ones_like(same).tril()
    came_before = (same & torch.ones_like(same).tril(-1)).any(-1)
    attended = (pattern * follows).sum(-1) * came_before
    return attended.sum(-1) / came_before.sum(-1)


SCORES = {
    "previous-token": previous_token_score,
    "duplicate-token": duplicate_token_score,
    "induction": induction_score,
    "prefix-matching": prefix_matching_score,
}
