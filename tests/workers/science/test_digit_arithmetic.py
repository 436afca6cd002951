"""Sums, differences and products against Python's own, digit by digit."""

import itertools

import pytest
import torch

from experiments.recipe.tasks import DigitArithmetic
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, slices_of
from workers.science.tasks.digit_arithmetic import carry_depth

MSD, LSD = "most-significant-first", "least-significant-first"
RESULTS = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b}
EVERY_KIND = list(itertools.product(["add", "sub", "mul"], [2, 10], [MSD, LSD]))


def held_out(spec, seed=0):
    return build_dataset(spec, generator(seed, "data")).test


def written(spec, a, b):
    """The whole example as text, made without tensors."""
    turn = (lambda text: text) if spec.order == MSD else (lambda text: text[::-1])
    result = RESULTS[spec.operation](a, b)
    n_digits = {"add": spec.digits + 1, "sub": spec.digits, "mul": 2 * spec.digits}[spec.operation]
    code = "d" if spec.base == 10 else "b"
    answer = turn(f"{abs(result):0{n_digits}{code}}")
    sign = {True: "-", False: "+"}[result < 0] if spec.operation == "sub" else ""
    x, y = (turn(f"{number:0{spec.digits}{code}}") for number in (a, b))
    return f"{x}{ {'add': '+', 'sub': '-', 'mul': '×'}[spec.operation] }{y}={sign}{answer}"


def text_of(spec, inputs, labels):
    signs = [*map(str, range(spec.base)), *spec.signs]
    read = "".join(signs[token] for token in inputs)
    answer = "".join(signs[token] for token in labels)
    start = len(read) - (len(answer) - 1)
    assert read[start:] == answer[:-1], "every answer but the last is read by the next position"
    return read[:start] + answer


def numbers_of(spec, text):
    a, b = text.split("=")[0].split(spec.signs[0])
    return [int(number if spec.order == MSD else number[::-1], spec.base) for number in (a, b)]


@pytest.mark.parametrize(("operation", "base", "order"), EVERY_KIND)
def test_an_example_is_the_calculation_written_out(operation, base, order):
    spec = DigitArithmetic(operation=operation, base=base, order=order, digits=3, n_test=50)
    dataset = build_dataset(spec, generator(0, "data"))
    assert dataset.answer_positions == tuple(range(7, 7 + spec.n_answers))
    assert dataset.test.inputs.shape == (50, spec.n_ctx) and dataset.test.labels.max() < spec.d_vocab_out
    for inputs, labels in zip(dataset.test.inputs.tolist(), dataset.test.labels.tolist(), strict=True):
        text = text_of(spec, inputs, labels)
        assert text == written(spec, *numbers_of(spec, text))


def test_the_sizes_are_those_of_the_published_format():
    spec = DigitArithmetic()
    assert (spec.n_ctx + 1, spec.d_vocab, spec.d_vocab_out) == (18, 12, 10)
    assert spec.answer_names == ("10^5", "10^4", "10^3", "10^2", "10^1", "10^0")
    assert DigitArithmetic(operation="sub", digits=2, order=LSD).answer_names == ("sign", "10^0", "10^1")
    assert len(spec.position_names) == spec.n_ctx


def source_of_carry(sums, base, place):
    """How far away the carry into a column was made: 0 for none."""
    for distance, total in enumerate(reversed(sums[:place]), start=1):
        if total != base - 1:
            return distance if total >= base else 0
    return 0


def kind_of_digit(spec, a, b, place):
    """By hand: the name of the slice of one digit of the result."""
    low, high = (min(a, b), max(a, b)) if spec.operation == "sub" else (b, a)
    digits = [[number // spec.base**i % spec.base for i in range(spec.digits + 1)] for number in (high, low)]
    if spec.operation == "add":
        sums = [x + y for x, y in zip(*digits, strict=True)]
    else:  # a borrow is a carry of x + (base - 1 - y), turned round
        sums = [y - x + spec.base - 1 for x, y in zip(*digits, strict=True)]
    distance = source_of_carry(sums, spec.base, place)
    return spec.slices[min(distance + 1, 3) if distance else int(sums[place] >= spec.base)]


@pytest.mark.parametrize(("operation", "base", "order"), [kind for kind in EVERY_KIND if kind[0] != "mul"])
def test_every_digit_is_of_the_kind_that_its_carry_makes_it(operation, base, order):
    spec = DigitArithmetic(operation=operation, base=base, order=order, digits=4, n_test=60)
    examples = held_out(spec)
    slices = slices_of(spec, examples)
    for row, (inputs, labels) in enumerate(zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True)):
        a, b = numbers_of(spec, text_of(spec, inputs, labels))
        for answer, name in enumerate(spec.answer_names):
            found = [kind for kind, mask in slices.items() if mask[row, answer]]
            expected = [] if name == "sign" else [kind_of_digit(spec, a, b, int(name.split("^")[1]))]
            assert found == expected


def test_a_carry_runs_through_nines():
    """999 + 001: made in the first column, beside it for the second, from two and three columns away for the rest."""
    makes, passes = torch.tensor([True, False, False]), torch.tensor([False, True, True])
    assert carry_depth(makes, passes).tolist() == [0, 1, 2, 3]
    assert carry_depth(~makes & False, passes).tolist() == [0, 0, 0, 0]


def test_stacked_seeds_are_told_apart_as_single_ones():
    spec = DigitArithmetic(operation="sub", digits=3, n_test=20)
    examples = held_out(spec)
    stacked = type(examples)(examples.inputs.expand(2, -1, -1), examples.labels.expand(2, -1, -1))
    for name, mask in slices_of(spec, stacked).items():
        assert torch.equal(mask[1], slices_of(spec, examples)[name])
