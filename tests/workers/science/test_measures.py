"""Each measure where its value is known."""

import math
from functools import partial

import pytest
import torch

from experiments.recipe.measures import Accuracy, Loss, WeightNorm
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import ModularAddition
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot, answer_outputs
from workers.science.measures import measure
from workers.science.training.loss import cross_entropy
from workers.science.transformer import Transformer

CROSS_ENTROPY = partial(cross_entropy, dtype=torch.float64)
LABELS = torch.tensor([[[0], [1], [2], [3]], [[0], [0], [0], [0]]])  # (seed, example, answer)


def snapshot(logits, weights=None, trained=()):
    """A moment at which the network says these logits on the test set."""
    model = Transformer(TransformerSpec(d_model=8, n_heads=2), n_ctx=1, d_vocab=4, d_vocab_out=4)
    splits = {"test": Examples(torch.zeros(2, 4, 1, dtype=torch.int64), LABELS)}
    return Snapshot(
        model, weights or {}, splits, (0,), CROSS_ENTROPY, trained, {"test": logits}, task=ModularAddition()
    )


def of_the_right_answer(value):
    return torch.nn.functional.one_hot(LABELS, 4).float() * value


def test_loss_of_uniform_logits_is_the_log_of_the_vocabulary():
    loss = measure(Loss(), snapshot(torch.zeros(2, 4, 1, 4)))[""]
    assert loss.tolist() == pytest.approx([math.log(4)] * 2)


def test_loss_tells_tiny_values_apart_that_float32_cannot():
    loss = measure(Loss(), snapshot(of_the_right_answer(25.0)))[""]
    assert loss.dtype == torch.float64
    assert loss.tolist() == pytest.approx([3 * math.exp(-25)] * 2, rel=1e-3, abs=0)


def test_accuracy_of_a_perfect_network_is_one_and_of_a_wrong_one_zero():
    assert measure(Accuracy(), snapshot(of_the_right_answer(1.0)))[""].tolist() == [1.0, 1.0]
    assert measure(Accuracy(), snapshot(of_the_right_answer(-1.0)))[""].tolist() == [0.0, 0.0]


def test_accuracy_is_the_share_of_right_answers_of_each_seed():
    always_zero = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(2, 4, 1, 4)
    assert measure(Accuracy(), snapshot(always_zero))[""].tolist() == [0.25, 1.0]


def test_weight_norm_is_the_sum_of_squares_of_the_trained_weights():
    weights = {"a.W": torch.tensor([[3.0, 4.0], [1.0, 0.0]]), "b.W": torch.ones(2, 5), "frozen": torch.ones(2, 9)}
    norms = measure(WeightNorm(per_matrix=True), snapshot(torch.zeros(2, 4, 1, 4), weights, ("a.W", "b.W")))
    assert {name: value.tolist() for name, value in norms.items()} == {
        "": [30.0, 6.0],
        "a.W": [25.0, 1.0],
        "b.W": [5.0, 5.0],
    }


def test_weight_norm_has_no_parts_unless_asked():
    assert list(measure(WeightNorm(), snapshot(torch.zeros(2, 4, 1, 4), {"W": torch.ones(2, 3)}, ("W",)))) == [""]


def test_logits_in_chunks_are_those_at_once(monkeypatch):
    model = Transformer(TransformerSpec(d_model=8, n_heads=2), n_ctx=3, d_vocab=5, d_vocab_out=4)
    weights = {name: weight.double() for name, weight in model.initial_weights([0, 1]).items()}
    tokens = torch.randint(5, (2, 23, 3), generator=torch.Generator().manual_seed(0))
    at_once = answer_outputs(model, weights, tokens, (2,))
    monkeypatch.setattr("workers.science.evaluation.MAX_ACTIVATIONS", 10_000)
    torch.testing.assert_close(answer_outputs(model, weights, tokens, (2,)), at_once, atol=1e-13, rtol=0)
