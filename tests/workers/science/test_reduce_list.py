import pytest
import torch

from experiments.recipe.tasks import ReduceList
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, slices_of


def built(seed=0, **options):
    spec = ReduceList(**{"length": 2, "vocabulary": 5} | options)
    return spec, build_dataset(spec, generator(seed, "data"))


@pytest.mark.parametrize(("operation", "reduce"), [("max", max), ("min", min)])
@pytest.mark.parametrize("length", [2, 4])
def test_every_list_ends_in_an_equals_sign_and_is_answered_with_its_extreme(operation, reduce, length):
    _, data = built(operation=operation, length=length, max_test=100)
    assert data.answer_positions == (length,)
    for tokens, label in zip(data.test.inputs.tolist(), data.test.labels.tolist(), strict=True):
        assert tokens[-1] == 5 and label == [reduce(tokens[:-1])]


def test_all_lists_are_tested_where_they_are_few():
    _, data = built(max_test=25)
    assert data.test.inputs[:, :2].tolist() == [[a, b] for a in range(5) for b in range(5)]


def test_else_as_many_as_asked_are_drawn():
    spec, data = built(max_test=24)
    assert not spec.tests_every_list and len(data.test) == spec.n_test == 24
    assert torch.equal(data.test.inputs, built(max_test=24)[1].test.inputs)
    assert not torch.equal(data.test.inputs, built(1, max_test=24)[1].test.inputs)


def test_training_lists_are_new_each_step_and_hold_every_number():
    _, data = built()
    first, again, other = (data.train(generator(0, "batch", step), 200).inputs for step in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first[:, :2].unique().tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("operation", ["max", "min"])
def test_slices_tell_by_how_much_the_answer_is_ahead(operation):
    spec, data = built(operation=operation, length=3, max_test=200)
    slices = slices_of(spec, data.test)
    for row, tokens in enumerate(data.test.inputs[:, :3].tolist()):
        ordered = sorted(tokens, reverse=operation == "max")
        gap = min(3, abs(ordered[0] - ordered[1]))
        assert [mask[row, 0].item() for mask in slices.values()] == [gap == place for place in range(4)]


def test_a_small_vocabulary_has_fewer_slices():
    assert ReduceList(vocabulary=2).slices == ("gap 0", "gap 1")
