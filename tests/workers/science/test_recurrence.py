import pytest
import torch

from experiments.recipe.tasks import IGNORED, Recurrence
from workers.science.randomness import generator
from workers.science.tasks import build_dataset


def made(seed=0, **fields):
    return build_dataset(Recurrence(modulus=7, length=6, **fields), generator(seed, "data"))


def whole(examples):
    """Every sequence, as far as it is told: the last term may not be asked for."""
    return torch.cat([examples.inputs, examples.labels[:, -1:]], dim=1).tolist()


def test_every_term_is_the_sum_of_the_two_before_it():
    dataset = made()
    assert dataset.answer_positions == (1, 2, 3, 4)
    assert torch.equal(dataset.test.inputs[:, 2:], dataset.test.labels[:, :-1])
    for terms in whole(dataset.test) + whole(dataset.train(generator(0, "batch"), 20)):
        assert all(terms[n] == (terms[n - 1] + terms[n - 2]) % 7 for n in range(2, 6))


def test_without_a_fraction_the_test_set_begins_with_every_pair_once():
    firsts = made().test.inputs[:, :2].tolist()
    assert sorted(map(tuple, firsts)) == [(a, b) for a in range(7) for b in range(7)]


def sums_asked_for(examples):
    """The pairs whose sum some example is asked for."""
    terms = examples.inputs.tolist()
    asked = (examples.labels != IGNORED).tolist()
    return {(row[k], row[k + 1]) for row, wanted in zip(terms, asked, strict=True) for k in range(4) if wanted[k]}


def test_no_sum_is_trained_and_tested():
    dataset = made(train_fraction=0.6)
    trained, tested = sums_asked_for(dataset.train), sums_asked_for(dataset.test)
    assert not trained & tested
    assert trained == {tuple(pair) for pair in dataset.train.inputs[:, :2].tolist()}
    assert tested == {tuple(pair) for pair in dataset.test.inputs[:, :2].tolist()}
    assert (len(trained), len(tested)) == (29, 20)


def test_sequences_are_a_function_of_the_seed():
    assert torch.equal(made(train_fraction=0.5).train.inputs, made(train_fraction=0.5).train.inputs)
    assert not torch.equal(made(train_fraction=0.5).train.inputs, made(1, train_fraction=0.5).train.inputs)
    first, again, other = (made().train(generator(0, "batch", step), 9).inputs for step in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


@pytest.mark.parametrize("fraction", [None, 0.3])
def test_the_spec_tells_the_sizes(fraction):
    spec = Recurrence(modulus=7, length=6, train_fraction=fraction)
    test = made(train_fraction=fraction).test
    assert test.inputs.shape == (spec.n_test, spec.n_ctx) and test.labels.shape == (spec.n_test, spec.n_answers)
    assert len(spec.position_names) == spec.n_ctx and spec.answer_names == ("s3", "s4", "s5", "s6")
