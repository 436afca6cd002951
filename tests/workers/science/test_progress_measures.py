"""Progress measures of logits that are known on every pair."""

import math

import pytest
import torch

from experiments.recipe.measures import CosCoefficients, ExcludedLoss, LogitFve, Loss, RestrictedLoss, TrigSimilarity
from experiments.recipe.tasks import ModularSubtraction
from tests.workers.science.waves import ADDITION, cosines, moment
from workers.science.measures import measure

SUBTRACTION = ModularSubtraction(modulus=11, train_fraction=0.4)
CHANCE = math.log(11)


def value(spec, snapshot, component=""):
    (number,) = measure(spec, snapshot)[component].tolist()
    return number


@pytest.mark.parametrize("task", [ADDITION, SUBTRACTION], ids=lambda task: task.name)
def test_logits_of_key_frequencies_are_the_restricted_ones_and_nothing_is_left_of_them(task):
    generaliser = moment(task, logits=cosines([2, 5], task=task, height=3.0))
    keys = {"frequencies": (2, 5)}
    for split in ("train", "test"):
        loss = value(Loss(split=split), generaliser)
        assert value(RestrictedLoss(**keys), generaliser, split) == pytest.approx(loss)
    assert value(ExcludedLoss(**keys), generaliser) == pytest.approx(CHANCE)
    assert value(ExcludedLoss(**keys), generaliser, "cosines") == pytest.approx(CHANCE)
    assert value(LogitFve(**keys), generaliser) == pytest.approx(1.0)


def test_the_restricted_loss_of_all_pairs_is_that_of_both_splits_by_their_sizes():
    values = measure(RestrictedLoss(frequencies=(1,)), moment(logits=cosines([1, 3], height=2.0)))
    expected = (ADDITION.n_train * values["train"] + ADDITION.n_test * values["test"]) / 121
    torch.testing.assert_close(values[""], expected)


def test_the_excluded_loss_is_that_of_what_remains():
    both = moment(logits=cosines([2, 5], height=3.0))
    one_left = value(Loss(split="train"), moment(logits=cosines([5], height=3.0)))
    assert value(ExcludedLoss(frequencies=(2,)), both) == pytest.approx(one_left)
    assert value(ExcludedLoss(frequencies=(2, 3)), both, "frequency 2") == pytest.approx(one_left)
    unchanged = value(Loss(split="train"), both)
    assert value(ExcludedLoss(frequencies=(2, 3)), both, "frequency 3") == pytest.approx(unchanged)
    assert value(LogitFve(frequencies=(2,)), both) == pytest.approx(0.5)


def test_of_what_is_known_by_heart_the_key_frequencies_hold_next_to_nothing():
    """Random logits on the training pairs, and none on the others: what a memoriser of random answers says."""
    task = ADDITION.model_copy(update={"modulus": 31})
    inputs = moment(task).splits["train"].inputs[0]
    places = inputs[:, 0] * 31 + inputs[:, 1]
    logits = torch.zeros(31**2, 31, dtype=torch.float64)
    logits[places] = 2 * torch.randn(len(places), 31, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    memoriser = moment(task, logits=logits)
    keys = {"frequencies": (4, 7)}
    assert value(RestrictedLoss(**keys), memoriser) == pytest.approx(math.log(31), abs=0.05)
    assert value(ExcludedLoss(**keys), memoriser) == pytest.approx(value(Loss(split="train"), memoriser), abs=0.1)
    assert value(LogitFve(**keys), memoriser) == pytest.approx(4 / 31**2, abs=0.003)  # 4 of 960 directions


def test_uniform_logits_have_the_loss_of_chance_and_no_frequency():
    uniform = moment(logits=torch.full((121, 11), 0.7, dtype=torch.float64))
    assert value(RestrictedLoss(frequencies=(1,)), uniform) == pytest.approx(CHANCE)
    assert value(ExcludedLoss(frequencies=(1,)), uniform) == pytest.approx(CHANCE)
    assert value(LogitFve(frequencies=(1,)), uniform) == 0.0
    assert value(TrigSimilarity(), uniform) == pytest.approx(0.0, abs=1e-9)


def test_without_a_frequency_that_is_key_nothing_is_kept_and_nothing_taken_away():
    generaliser = moment(logits=cosines([2], height=3.0))
    assert value(RestrictedLoss(threshold=0.99), generaliser) == pytest.approx(CHANCE)
    assert value(ExcludedLoss(threshold=0.99), generaliser) == pytest.approx(value(Loss(split="train"), generaliser))


@pytest.mark.parametrize("task", [ADDITION, SUBTRACTION], ids=lambda task: task.name)
def test_coefficients_of_two_cosines_are_their_norms(task):
    logits = cosines([2, 5], task=task)
    values = measure(CosCoefficients(), moment(task, logits=logits))
    norm = math.sqrt(121 * 11 / 2)  # a cosine squared is one half on average
    expected = [0.0, norm, 0.0, 0.0, norm]
    assert [values[f"frequency {k}"].item() for k in range(1, 6)] == pytest.approx(expected, abs=1e-9)
    assert values[""].item() == pytest.approx(norm)


def test_similarity_is_the_cosine_of_the_angle_to_each_wave():
    values = measure(TrigSimilarity(), moment(logits=-cosines([2, 5]), seeds=(0, 1)))
    assert values["frequency 2"].tolist() == pytest.approx([-math.sqrt(0.5)] * 2)
    assert values["frequency 3"].tolist() == pytest.approx([0.0] * 2, abs=1e-9)
    assert values[""].tolist() == pytest.approx([1.0] * 2)


def test_cosines_of_the_difference_say_nothing_of_the_sum():
    of_difference = moment(logits=cosines([2], sign=-1))
    assert value(TrigSimilarity(), of_difference) == pytest.approx(0.0, abs=1e-9)
    assert value(LogitFve(frequencies=(2,)), of_difference) == pytest.approx(0.0, abs=1e-9)


def test_sines_of_the_sum_are_kept_by_the_plane_and_not_by_the_cosine():
    """cos(w (s - c) + pi/2): a cosine shifted off the answer."""
    residues = torch.arange(11)
    a, b = torch.cartesian_prod(residues, residues).T
    shifted = 3 * torch.sin(2 * math.pi * 2 / 11 * ((a + b)[:, None] - residues).double())
    snapshot = moment(logits=shifted)
    assert value(LogitFve(frequencies=(2,)), snapshot) == pytest.approx(1.0)
    assert value(ExcludedLoss(frequencies=(2,)), snapshot) == pytest.approx(CHANCE)
    unchanged = value(Loss(split="train"), snapshot)
    assert value(ExcludedLoss(frequencies=(2,)), snapshot, "cosines") == pytest.approx(unchanged)
