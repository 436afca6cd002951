"""Examples may differ in which answers they ask for, and a task may tell kinds of answers apart."""

import math
from functools import partial

import pytest
import torch

from experiments.recipe.measures import (
    Accuracy,
    AccuracyPerPosition,
    AccuracyPerSlice,
    ExactMatch,
    Loss,
    LossPerPosition,
    LossPerSlice,
)
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import IGNORED, PreviousToken
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot
from workers.science.measures import measure
from workers.science.training.loss import cross_entropy_where_asked
from workers.science.transformer import Transformer

# one seed, three examples, two answers; the network always says 0, more or less loudly
LABELS = torch.tensor([[[0, IGNORED], [0, 1], [IGNORED, 0]]])
SURE = torch.tensor([30.0, 0.0, 0.0, 0.0]).expand(1, 3, 2, 4)
TASK = PreviousToken(vocabulary=4, length=3)
FIRST_ANSWERS = torch.tensor([[[True, False]] * 3])


def snapshot(logits):
    model = Transformer(TransformerSpec(d_model=8, n_heads=2), n_ctx=2, d_vocab=4, d_vocab_out=4)
    examples = Examples(torch.zeros(1, 3, 2, dtype=torch.int64), LABELS)
    loss = partial(cross_entropy_where_asked, dtype=torch.float64)
    slices = {"first": FIRST_ANSWERS, "second": ~FIRST_ANSWERS}
    return Snapshot(
        model, {}, {"test": examples}, (0, 1), loss, (), {"test": logits}, task=TASK, slices=lambda split: slices
    )


def values(spec, logits=SURE):
    return {name: value.item() for name, value in measure(spec, snapshot(logits)).items()}


def test_the_loss_is_the_mean_over_the_answers_that_are_asked_for():
    assert values(Loss(), torch.zeros(1, 3, 2, 4)) == {"": pytest.approx(math.log(4))}
    assert values(Loss()) == {"": pytest.approx(30.0 / 4)}  # one wrong answer of four


def test_an_answer_that_is_not_asked_for_has_no_gradient():
    logits = torch.randn(1, 3, 2, 4, requires_grad=True)
    cross_entropy_where_asked(logits, LABELS, torch.float64).sum().backward()
    assert (logits.grad.abs().sum(-1) > 0).tolist() == (LABELS != IGNORED).tolist()


def test_without_any_question_there_is_no_loss():
    nothing_asked = torch.full_like(LABELS, IGNORED)
    assert cross_entropy_where_asked(torch.randn(1, 3, 2, 4), nothing_asked, torch.float32).tolist() == [0.0]


def test_accuracy_counts_the_answers_that_are_asked_for():
    assert values(Accuracy()) == {"": 0.75}
    assert values(AccuracyPerPosition()) == {"k=0": 1.0, "k=1": 0.5}
    assert values(LossPerPosition()) == {"k=0": pytest.approx(0.0, abs=1e-9), "k=1": pytest.approx(15.0)}


def test_an_example_matches_when_every_answer_it_asks_for_is_right():
    assert values(ExactMatch()) == {"": pytest.approx(2 / 3)}


def test_kinds_of_answers_are_told_apart():
    assert values(AccuracyPerSlice()) == {"first": 1.0, "second": 0.5}
    assert values(LossPerSlice()) == {"first": pytest.approx(0.0, abs=1e-9), "second": pytest.approx(15.0)}
