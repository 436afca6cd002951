import pytest
import torch

from experiments.recipe.tasks import CodeEval, PermuteList
from experiments.recipe.tasks.lookups import COPIED, OVERWRITTEN, TWICE
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, slices_of

PERMUTE = PermuteList(vocabulary=9, length=4, n_test=50)
ONE = CodeEval(n_test=60)
TWO = CodeEval(assignments=2, n_test=60)
SIGNS = dict(enumerate("a=;[]>", start=10))


def held_out(spec, seed=0):
    return build_dataset(spec, generator(seed, "data")).test


def rows(examples):
    return zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True)


def test_a_list_is_read_in_the_order_of_its_places():
    for tokens, labels in rows(held_out(PERMUTE)):
        given, places = tokens[:4], [token - 9 for token in tokens[5:9]]
        assert tokens[4] == tokens[9] == 13 and sorted(places) == [0, 1, 2, 3]
        assert labels == [given[place] for place in places]
        assert tokens[10:] == labels[:-1]


def carried_out(tokens):
    """What a program gives, read as text, and how often each place was assigned to."""
    text = "".join(SIGNS.get(token, str(token)) for token in tokens)
    first, *assignments, last = text.split(";")
    assert first.startswith("a=") and last.startswith("a>")
    values = [int(digit) for digit in first[2:]]
    times = [0] * len(values)
    for assignment in assignments:
        assert assignment[:2] == "a[" and assignment[3:5] == "]="
        values[int(assignment[2])] = int(assignment[5])
        times[int(assignment[2])] += 1
    assert last[2:] == "".join(map(str, values[:-1]))
    return values, times


@pytest.mark.parametrize("spec", [ONE, TWO], ids=["one", "two"])
def test_a_program_is_answered_with_what_the_list_is_then(spec):
    examples = held_out(spec)
    slices = slices_of(spec, examples)
    for row, (tokens, labels) in enumerate(rows(examples)):
        values, times = carried_out(tokens)
        assert labels == values
        for kind, wanted in zip((COPIED, OVERWRITTEN, TWICE)[: spec.assignments + 1], range(3), strict=False):
            assert slices[kind][row].tolist() == [number == wanted for number in times]
    assert all(mask.any() for mask in slices.values())


@pytest.mark.parametrize("spec", [PERMUTE, ONE, TWO], ids=["permute", "one", "two"])
def test_the_spec_tells_the_sizes_and_data_come_from_the_generator_alone(spec):
    examples, dataset = held_out(spec), build_dataset(spec, generator(0, "data"))
    assert examples.inputs.shape == (spec.n_test, spec.n_ctx) == (spec.n_test, len(spec.position_names))
    assert examples.labels.shape == (spec.n_test, spec.n_answers) == (spec.n_test, len(spec.answer_names))
    assert examples.inputs.max() < spec.d_vocab and examples.labels.max() < spec.d_vocab_out
    assert dataset.answer_positions == tuple(range(spec.n_ctx - spec.n_answers, spec.n_ctx))
    assert torch.equal(examples.inputs, held_out(spec).inputs)
    assert not torch.equal(examples.inputs, held_out(spec, 1).inputs)


def test_places_need_digits():
    with pytest.raises(ValueError, match="vocabulary: 3 digits cannot write the 4 places"):
        CodeEval(vocabulary=3, length=4)
