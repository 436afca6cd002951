import pytest
import torch

from experiments.recipe.tasks import IGNORED, SortAnyLength, SortList
from experiments.recipe.tasks.sorting import AGAIN, NEW
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, slices_of

FIXED = SortList(vocabulary=9, length=4, n_test=60)
ANY = SortAnyLength(vocabulary=9, shortest=2, longest_trained=4, longest=6, n_test=200)


def held_out(spec, seed=0):
    return build_dataset(spec, generator(seed, "data")).test


def rows(examples):
    return zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True)


@pytest.mark.parametrize("repeats", [False, True])
def test_a_list_is_answered_with_its_numbers_in_order(repeats):
    spec = FIXED.model_copy(update={"repeats": repeats})
    for tokens, labels in rows(held_out(spec)):
        given = tokens[1:5]
        assert labels == sorted(given)
        assert tokens == [9, *given, 10, *labels[:-1]]
        assert repeats or len(set(given)) == 4


@pytest.mark.parametrize("repeats", [False, True])
def test_a_list_of_any_length_ends_in_end_and_padding(repeats):
    spec = ANY.model_copy(update={"repeats": repeats})
    positions = build_dataset(spec, generator(0, "data")).answer_positions
    for tokens, labels in rows(held_out(spec)):
        middle = tokens.index(10)
        given = tokens[1:middle]
        whole = [9, *given, 10, *sorted(given), 11]
        assert [*tokens, 12][: len(whole)] == (whole if len(whole) <= len(tokens) else [*whole[:-1], 12])
        assert all(token == 12 for token in tokens[len(whole) :])
        wanted = {middle + place: number for place, number in enumerate([*sorted(given), 11])}
        assert labels == [wanted.get(position, IGNORED) for position in positions]


def test_training_lists_are_shorter_than_the_longest_tested():
    train = build_dataset(ANY, generator(0, "data")).train(generator(0, "batch"), 300)
    trained, tested = ((e.labels != IGNORED).sum(1) - 1 for e in (train, held_out(ANY)))
    assert trained.unique().tolist() == [2, 3, 4] and tested.unique().tolist() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("spec", [FIXED, ANY], ids=["fixed", "any"])
def test_the_spec_tells_the_sizes_and_data_come_from_the_generator_alone(spec):
    examples = held_out(spec)
    assert examples.inputs.shape == (spec.n_test, spec.n_ctx) == (spec.n_test, len(spec.position_names))
    assert examples.labels.shape == (spec.n_test, spec.n_answers) == (spec.n_test, len(spec.answer_names))
    assert examples.inputs.max() < spec.d_vocab and examples.labels.max() < spec.d_vocab_out
    assert torch.equal(examples.inputs, held_out(spec).inputs)
    assert not torch.equal(examples.inputs, held_out(spec, 1).inputs)


def test_answers_are_told_apart_by_the_length_of_their_list():
    examples = held_out(ANY)
    slices = slices_of(ANY, examples)
    for row, tokens in enumerate(examples.inputs.tolist()):
        length = tokens.index(10) - 1
        assert {name: mask[row].sum().item() for name, mask in slices.items() if mask[row].any()} == {
            f"{length} numbers": length
        }
        assert (examples.labels[row][slices[f"{length} numbers"][row]] < 9).all()


def test_a_number_that_comes_again_is_a_kind_of_its_own():
    spec = FIXED.model_copy(update={"repeats": True})
    examples = held_out(spec)
    slices = slices_of(spec, examples)
    for row, labels in enumerate(examples.labels.tolist()):
        again = [place > 0 and labels[place] == labels[place - 1] for place in range(4)]
        assert slices[AGAIN][row].tolist() == again
        assert slices[NEW][row].tolist() == [not is_again for is_again in again]
    assert slices[AGAIN].any() and not FIXED.slices


@pytest.mark.parametrize(
    ("spec", "fields", "blamed"),
    [
        (SortList, {"vocabulary": 4}, "vocabulary"),
        (SortAnyLength, {"vocabulary": 9}, "vocabulary"),
        (SortAnyLength, {"shortest": 11}, "longest_trained"),
        (SortAnyLength, {"longest": 9}, "longest"),
    ],
)
def test_what_cannot_be_drawn_is_refused(spec, fields, blamed):
    with pytest.raises(ValueError, match=blamed):
        spec(**fields)
