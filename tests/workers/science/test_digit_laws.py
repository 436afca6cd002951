"""Which numbers are drawn: by a law of carries, afresh or once."""

import pytest
import torch

from experiments.recipe.tasks import DigitArithmetic
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.tasks.digit_arithmetic import pair_weights


def column_sums(spec):
    inputs = build_dataset(spec, generator(0, "data")).test.inputs
    return inputs[:, : spec.digits] + inputs[:, spec.digits + 1 : 2 * spec.digits + 1]


@pytest.mark.parametrize(
    ("carries", "lowest", "highest"), [("uniform", 0, 18), ("carry-free", 0, 9), ("carry-rich", 9, 18)]
)
def test_a_law_of_carries_bounds_the_sums_of_columns(carries, lowest, highest):
    sums = column_sums(DigitArithmetic(carries=carries, n_test=2000))
    assert (sums.min().item(), sums.max().item()) == (lowest, highest)


@pytest.mark.parametrize(("carries", "nines"), [("uniform", 0.1), ("carry-rich", 0.5), ("balanced", 1 / 3)])
def test_nines_are_as_frequent_as_the_law_says(carries, nines):
    spec = DigitArithmetic(carries=carries, n_test=4000)
    assert (column_sums(spec) == 9).double().mean().item() == pytest.approx(nines, abs=0.02)
    assert pair_weights(spec).sum().item() == pytest.approx(1.0)


def test_a_balanced_law_makes_carries_in_a_third_of_the_columns():
    sums = column_sums(DigitArithmetic(carries="balanced", n_test=4000))
    assert (sums > 9).double().mean().item() == pytest.approx(1 / 3, abs=0.02)


def test_a_fixed_set_holds_each_pair_of_numbers_once_and_none_of_the_test_set():
    spec = DigitArithmetic(operation="mul", base=2, digits=3, train_examples=40, n_test=24)
    dataset = build_dataset(spec, generator(0, "data"))
    pairs = torch.cat([dataset.train.inputs, dataset.test.inputs])[:, :7].unique(dim=0)
    assert len(pairs) == 64 and (len(dataset.train), len(dataset.test)) == (40, 24)


def test_data_is_a_function_of_the_seed():
    spec = DigitArithmetic(train_examples=30, n_test=10)
    first, again, other = (build_dataset(spec, generator(seed, "data")).train.inputs for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)
    fresh = build_dataset(DigitArithmetic(), generator(0, "data")).train
    one, same, two = (fresh(generator(0, "batch", step), 4).inputs for step in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, two)


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"operation": "mul", "carries": "balanced"}, "carries: 'balanced'"),
        ({"digits": 10}, "digits: 10"),
        ({"digits": 1, "train_examples": 80, "n_test": 21}, "train_examples: 80"),
        ({"digits": 1, "carries": "carry-free", "train_examples": 50, "n_test": 6}, "train_examples: 50"),
    ],
)
def test_numbers_that_do_not_exist_are_refused(fields, blamed):
    with pytest.raises(ValueError, match=blamed):
        DigitArithmetic(**fields)
