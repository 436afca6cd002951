"""Each score on attention that is known by hand."""

import pytest
import torch

from experiments.recipe.measures import HeadScores
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import RandomPeriod
from workers.science.evaluation import Snapshot
from workers.science.measures import measure
from workers.science.measures.head_scores import (
    SCORES,
    duplicate_token_score,
    induction_score,
    prefix_matching_score,
    previous_token_score,
)
from workers.science.transformer import Transformer

TOKENS = torch.tensor([5, 6, 7, 8, 5, 6, 7, 8])  # r r, each token twice
N = len(TOKENS)


def attending(to):
    """A head that attends to one place from each position, and to the first where that lies before it."""
    pattern = torch.zeros(N, N)
    for query in range(N):
        pattern[query, max(0, to(query))] = 1.0
    return pattern


PREVIOUS = attending(lambda query: query - 1)
DUPLICATE = attending(lambda query: query - 4)
INDUCTION = attending(lambda query: query - 3)
UNIFORM = torch.ones(N, N).tril() / torch.arange(1, N + 1)[:, None]


@pytest.mark.parametrize(
    ("score", "head"),
    [
        (previous_token_score, PREVIOUS),
        (duplicate_token_score, DUPLICATE),
        (induction_score, INDUCTION),
        (prefix_matching_score, INDUCTION),
    ],
)
def test_a_perfect_head_scores_one(score, head):
    assert score(head, TOKENS).item() == pytest.approx(1.0)


@pytest.mark.parametrize("score", [duplicate_token_score, induction_score, prefix_matching_score])
def test_a_previous_token_head_matches_nothing(score):
    assert score(PREVIOUS, TOKENS).item() == 0.0


def test_uniform_attention_scores_its_share():
    second_half = [1 / 5, 1 / 6, 1 / 7, 1 / 8]
    expected = sum(second_half) / 4
    for score in (duplicate_token_score, induction_score, prefix_matching_score):
        assert score(UNIFORM, TOKENS).item() == pytest.approx(expected)


def test_prefix_matching_adds_up_all_earlier_matches():
    tokens = torch.tensor([1, 2, 1, 3, 1])
    pattern = torch.zeros(5, 5)
    pattern[2, 1] = 0.5  # the one token after the earlier 1
    pattern[4, 1] = pattern[4, 3] = 0.25  # both tokens after earlier ones
    assert prefix_matching_score(pattern, tokens).item() == pytest.approx(0.5)


def test_every_head_has_every_score_and_the_largest_goes_by_the_name_of_the_score():
    model = Transformer(TransformerSpec(n_layers=2, d_model=8, n_heads=2, d_mlp=0), n_ctx=9, d_vocab=12, d_vocab_out=12)
    moment = Snapshot(
        model, model.initial_weights([0, 1]), {}, (0,), lambda outputs, labels: outputs, (), task=RandomPeriod()
    )
    values = measure(HeadScores(), moment)
    assert len(values) == len(SCORES) * (1 + 4)
    for score in SCORES:
        heads = torch.stack([values[f"{score} L{layer}H{head}"] for layer in (0, 1) for head in (0, 1)])
        assert torch.equal(values[score], heads.amax(0))
        assert ((heads > 0) & (heads < 1)).all()
