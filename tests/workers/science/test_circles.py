"""Circularity, effective rank and what key frequencies hold, where they are known."""

import pytest
import torch

from experiments.recipe.measures import Circularity, EffectiveRank, KeyFrequencyShare
from tests.workers.science.waves import circles, moment
from workers.science.measures import measure
from workers.science.measures.circles import circularity_of, participation_ratio


def reading(rows):
    return {"layers.0.W_in": torch.cat([rows, rows])[None]}


def test_two_circles_are_all_circles_and_noise_is_not():
    two = circles(31, {3: 2.0, 7: 1.0})[None]
    assert circularity_of(two).item() == pytest.approx(1.0)
    assert circularity_of(two + 5.0).item() == pytest.approx(1.0)  # a constant is no component
    noise = torch.randn(1, 31, 12, generator=torch.Generator().manual_seed(0))
    assert circularity_of(noise).item() < 0.4


def test_a_component_made_of_two_waves_counts_its_larger_one():
    mixed = circles(31, {3: 1.0})[:, :1] + 0.5 * circles(31, {7: 1.0})[:, :1]
    assert circularity_of(torch.cat([mixed, 0 * mixed], dim=1)[None])[0].item() <= 0.9  # 1 / (1 + 1/4) of the first


def test_of_one_hot_inputs_the_rows_of_the_first_operand_are_read():
    snapshot = moment(weights=reading(circles(11, {1: 3.0, 2: 2.0, 4: 1.0})))
    assert measure(Circularity(), snapshot)[""].item() == pytest.approx(1.0)


def test_key_frequencies_hold_their_part_of_the_embedding():
    two = moment(weights=reading(circles(11, {1: 1.0, 4: 2.0, 5: 0.0})))
    assert measure(KeyFrequencyShare(frequencies=(4,)), two)["embedding"].item() == pytest.approx(0.8)
    everything = measure(KeyFrequencyShare(frequencies=(1, 2, 3, 4, 5)), moment())
    assert everything["embedding"].item() == pytest.approx(1.0)
    assert everything["neuron-logit map"].item() == pytest.approx(1.0)
    assert 0 < everything["neurons"].item() < 1


@pytest.mark.parametrize(
    ("values", "rank"), [([5.0, 0.0, 0.0], 1.0), ([2.0, 2.0, 0.0], 2.0), ([1.0, 1.0, 1.0], 3.0), ([0.0, 0.0], 0.0)]
)
def test_directions_that_weigh_the_same_are_counted(values, rank):
    assert participation_ratio(torch.tensor([values]))[0].item() == pytest.approx(rank)


def test_a_circle_takes_two_directions_of_the_first_layer():
    ranks = measure(EffectiveRank(), moment(weights=reading(circles(11, {3: 1.0, 1: 0.0, 2: 0.0}))))
    assert ranks["layers.0.W_in"].item() == pytest.approx(2.0)
    assert 1 <= ranks["neuron-logit map"].item() <= 6
