import pytest
import torch

from experiments.recipe.tasks import IGNORED, RandomPeriod, RepeatedSubsequence
from experiments.recipe.tasks.repeats import STARTS, WITHIN
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, slices_of

PERIOD = RandomPeriod(vocabulary=50, length=20, shortest=3, longest=7, n_test=40)
COPIES = RepeatedSubsequence(vocabulary=1000, length=21, span=4, copies=3, n_test=40)


def held_out(spec, seed=0):
    return build_dataset(spec, generator(seed, "data")).test


def whole(inputs, labels):
    """The tokens that were drawn, as far as inputs and asked answers tell."""
    return [*inputs, labels[-1] if labels[-1] != IGNORED else None]


@pytest.mark.parametrize("spec", [PERIOD, COPIES], ids=["period", "copies"])
def test_an_answer_is_the_token_that_comes_next(spec):
    examples = held_out(spec)
    asked = examples.labels[:, :-1] != IGNORED
    assert torch.equal(examples.labels[:, :-1][asked], examples.inputs[:, 1:][asked])


def test_a_random_period_comes_again_and_is_asked_for_from_then_on():
    for inputs, labels in zip(*(t.tolist() for t in (held_out(PERIOD).inputs, held_out(PERIOD).labels)), strict=True):
        first_asked = next(place for place, label in enumerate(labels) if label != IGNORED)
        period = first_asked + 1
        assert 3 <= period <= 7
        tokens = whole(inputs, labels)
        assert all(tokens[place] == tokens[place % period] for place in range(len(tokens)))
        assert IGNORED not in labels[first_asked:]


def test_every_period_is_drawn():
    first_asked = (held_out(PERIOD).labels != IGNORED).int().argmax(1)
    assert sorted(set((first_asked + 1).tolist())) == [3, 4, 5, 6, 7]


def test_a_subsequence_stands_as_often_as_told_and_its_later_copies_are_asked_for():
    for inputs, labels in zip(*(t.tolist() for t in (held_out(COPIES).inputs, held_out(COPIES).labels)), strict=True):
        asked = [label for label in labels if label != IGNORED]
        assert len(asked) == 8 and asked[:4] == asked[4:]
        tokens = whole(inputs, labels)
        starts = [i for i in range(len(tokens)) if tokens[i : i + 4] == asked[:4]]
        assert len(starts) == 3 and all(b - a >= 4 for a, b in zip(starts, starts[1:], strict=False))


def test_copies_stand_anywhere():
    """21 tokens with 3 copies of 4: the first copy can begin at 0 to 9, each of them drawn in 40 examples or more."""
    many = held_out(COPIES.model_copy(update={"n_test": 2000}))
    last_is_asked = (many.labels[:, -1] != IGNORED).double().mean().item()
    assert last_is_asked == pytest.approx(3 / 12, abs=0.04)  # 9 single tokens and 3 copies in a row of 12


@pytest.mark.parametrize("spec", [PERIOD, COPIES], ids=["period", "copies"])
def test_the_first_token_of_a_repeat_is_told_from_the_rest(spec):
    examples = held_out(spec)
    slices = slices_of(spec, examples)
    n_starts = 1 if spec is PERIOD else 2
    assert (slices[STARTS].sum(1) == n_starts).all()
    assert torch.equal(slices[STARTS] | slices[WITHIN], examples.labels != IGNORED)
    assert not (slices[STARTS] & slices[WITHIN]).any()
    first_asked = (examples.labels != IGNORED).int().argmax(1)
    assert slices[STARTS].gather(1, first_asked[:, None]).all()


def test_a_uniform_guess_at_starts_and_the_rest_known_gives_the_stated_floor():
    assert RepeatedSubsequence().irreducible_loss == pytest.approx(0.303, abs=1e-3)  # ln 128 / 16


@pytest.mark.parametrize(
    ("spec", "fields", "blamed"),
    [
        (RandomPeriod, {"shortest": 9, "longest": 8}, "longest"),
        (RandomPeriod, {"longest": 33}, "longest"),
        (RepeatedSubsequence, {"span": 30}, "span"),
    ],
)
def test_what_cannot_repeat_is_refused(spec, fields, blamed):
    with pytest.raises(ValueError, match=blamed):
        spec(**fields)
