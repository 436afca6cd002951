"""What is learnt by heart: the data, and how many bits of them a network holds."""

import math

import pytest
import torch

from experiments.recipe.measures import BitsMemorised
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import RandomLabels, RandomStrings
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot
from workers.science.measures import measure
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.transformer import Transformer

PAIRS = RandomLabels(symbols=16, train_fraction=0.9)
STRINGS = RandomStrings(strings=50, length=9, vocabulary=10, given=2, n_test=40)
MODEL = Transformer(TransformerSpec(d_model=4, n_heads=1), n_ctx=2, d_vocab=2, d_vocab_out=2)  # never run
SPECS = pytest.mark.parametrize("spec", [PAIRS, STRINGS], ids=["pairs", "strings"])


def dataset(spec, seed=0):
    return build_dataset(spec, generator(seed, "data"))


def test_every_pair_is_in_one_of_the_two_sets():
    data = dataset(PAIRS)
    pairs = [tuple(tokens[:2]) for examples in (data.train, data.test) for tokens in examples.inputs.tolist()]
    assert sorted(pairs) == [(a, b) for a in range(16) for b in range(16)]
    assert (len(data.train), len(data.test)) == (PAIRS.n_train, PAIRS.n_test) == (230, 26)
    assert (data.train.inputs[:, 2] == PAIRS.symbols).all()


def test_no_two_strings_begin_alike_in_either_set():
    data = dataset(STRINGS)
    beginnings = [tuple(tokens[:2]) for examples in (data.train, data.test) for tokens in examples.inputs.tolist()]
    assert len(set(beginnings)) == len(beginnings) == 90


def test_a_string_is_answered_with_the_token_that_comes_next():
    data = dataset(STRINGS)
    assert data.answer_positions == tuple(range(1, 8))
    assert torch.equal(data.train.inputs[:, 2:], data.train.labels[:, :-1])
    assert data.train.labels.shape == (50, STRINGS.n_answers)


@SPECS
def test_every_answer_is_as_frequent_as_any_other(spec):
    counts = dataset(spec).train.labels.flatten().bincount(minlength=spec.d_vocab_out).double()
    expected = counts.sum().item() / spec.d_vocab_out
    assert len(counts) == spec.d_vocab_out
    assert (counts - expected).abs().max().item() < 4 * math.sqrt(expected)


@SPECS
def test_the_data_are_a_function_of_the_seed(spec):
    assert torch.equal(dataset(spec).train.labels, dataset(spec).train.labels)
    assert not torch.equal(dataset(spec).train.labels, dataset(spec, seed=1).train.labels)


@pytest.mark.parametrize(
    ("spec", "fields", "blamed"),
    [
        (RandomLabels, {"symbols": 3, "train_fraction": 0.99}, "train_fraction"),
        (RandomStrings, {"length": 4, "given": 4}, "given"),
        (RandomStrings, {"vocabulary": 10, "given": 2}, "given"),
        (RandomStrings, {"vocabulary": 64, "given": 4}, "given"),
    ],
)
def test_what_cannot_be_drawn_is_refused(spec, fields, blamed):
    with pytest.raises(ValueError, match=blamed):
        spec(**fields)


def bits(spec, logits_of):
    """What the measure finds for a network with 10 weights and these logits on the training set."""
    train = dataset(spec).train
    examples = Examples(train.inputs[None], train.labels[None])
    right = torch.nn.functional.one_hot(examples.labels, spec.d_vocab_out).float()
    moment = Snapshot(
        MODEL,
        {"w": torch.zeros(1, 10)},
        {"train": examples},
        (0,),
        lambda outputs, labels: outputs,
        ("w",),
        task=spec,
        _outputs={"train": logits_of(right)},
    )
    return {name: value.item() for name, value in measure(BitsMemorised(), moment).items()}


@SPECS
def test_chance_holds_nothing_and_certainty_holds_everything(spec):
    assert bits(spec, torch.zeros_like) == pytest.approx({"": 0.0, "per parameter": 0.0, "share": 0.0}, abs=1e-9)
    known = bits(spec, lambda right: 100 * right)
    n_bits = spec.n_train * spec.n_answers * math.log2(spec.d_vocab_out)
    assert known == pytest.approx({"": n_bits, "per parameter": n_bits / 10, "share": 1.0})


def test_a_guess_among_half_of_the_answers_holds_one_bit_for_each():
    def among_half(right):  # of 16 symbols, the eight with the same parity as the right one
        is_odd = right.argmax(-1, keepdim=True) % 2
        return torch.where(torch.arange(16) % 2 == is_odd, 0.0, -100.0)

    assert bits(PAIRS, among_half)[""] == pytest.approx(PAIRS.n_train)
