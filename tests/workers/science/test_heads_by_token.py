"""Heads of which it is known which tokens are theirs."""

import math

import pytest
import torch

from experiments.recipe.measures import VocabularySplit
from tests.workers.science.hand_built import LOUD, MODEL, TASK, VOCABULARY, moment, previous_token_weights
from tests.workers.science.runs import PREVIOUS_TOKEN, carry_out, of_kind, recipe
from workers.science.events import Analysed
from workers.science.measures import measure
from workers.science.mechanisms.by_token import said_of_own_token, split_of


def shares(*heads):
    return torch.tensor(heads, dtype=torch.float64)[None]


def test_two_heads_with_half_of_the_tokens_each_are_split_and_heads_that_share_all_are_not():
    assert split_of(shares([0.9, 0.9, 0, 0], [0, 0, 0.2, 0.2])).item() == pytest.approx(1.0)
    assert split_of(shares([0.3, 0.1, 0.5], [0.3, 0.1, 0.5])).item() == pytest.approx(0.0, abs=1e-9)
    assert split_of(shares([0.3, 0.1, 0.5], [0, 0, 0])).item() == pytest.approx(0.0, abs=1e-9)


def test_a_quarter_of_the_tokens_is_worth_what_information_theory_says():
    entropy = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75)) / math.log(2)
    assert split_of(shares([1, 0, 0, 0], [0, 1, 1, 1])).item() == pytest.approx(entropy)


def test_a_single_head_splits_nothing_and_tokens_nobody_looks_at_do_not_count():
    assert split_of(shares([0.3, 0.1])).item() == 0.0
    assert split_of(shares([0.5, 0, 0, math.nan], [0, 0.5, 0, math.nan])).item() == pytest.approx(1.0)


def test_one_head_that_looks_back_and_copies_does_all_of_it():
    found = measure(VocabularySplit(), moment())
    loud = found["L0H0 share"][0].item()  # the other head cares for nothing: it finds the answer by chance
    assert 0.6 < loud < 0.9 and found["L0H1 share"][0].item() == pytest.approx(1 - loud)
    assert found["L0H0 copies"].tolist() == [1.0, 0.0] and found["L0H1 copies"].tolist() == [0.0, 1.0]
    assert found["L0H0 suppresses"].tolist() == [0.0, 0.0]
    assert found[""].max() < 0.2


def test_a_head_that_says_anything_but_what_it_sees_suppresses():
    weights = previous_token_weights()
    weights["blocks.0.attn.W_O"][0, 0] *= -1
    found = measure(VocabularySplit(), moment(weights))
    assert found["L0H0 suppresses"].tolist() == [1.0, 0.0] and found["L0H0 copies"].tolist() == [0.0, 0.0]


def test_answers_must_be_among_the_tokens_that_are_read():
    assert VocabularySplit().fits(TASK, MODEL.spec)
    assert not VocabularySplit(answer="k=9").fits(TASK, MODEL.spec)


def test_the_plot_shows_where_each_head_looks_and_what_it_says():
    run = recipe(PREVIOUS_TOKEN, model=PREVIOUS_TOKEN["model"] | {"n_heads": 2}, analyses=[{"name": "heads-by-token"}])
    looks, says = (event.panel for event in of_kind(Analysed, carry_out(run)))
    for panel in (looks, says):
        assert [(s.name, s.seed) for s in panel.series] == [("L0H0", 0), ("L0H1", 0), ("L0H0", 1), ("L0H1", 1)]
        assert all(s.x == [0, 1, 2, 3, 4] for s in panel.series)
    assert all(0 <= value <= 1 for s in looks.series for value in s.y)


def test_what_is_said_of_a_token_is_its_logit_over_the_mean_of_all():
    said = said_of_own_token(MODEL, previous_token_weights())
    assert said[0, 0].tolist() == pytest.approx([LOUD * (1 - 1 / VOCABULARY)] * VOCABULARY)
    assert not said[0, 1].any()
