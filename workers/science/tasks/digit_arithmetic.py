from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from experiments.recipe.tasks import DigitArithmetic
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements

Digits = Int[Tensor, "*example digit"]  # the least significant first


@implements(DigitArithmetic)
def digit_arithmetic(spec: DigitArithmetic, generator: torch.Generator) -> Dataset:
    """Two numbers and the result of an operation, digit by digit; each digit of the result is an answer.

    With two digits, 85 + 17 is read as [8, 5, +, 1, 7, =, 1, 0] and answered with [1, 0, 2] from "=" on; the least
    significant first, as [5, 8, +, 7, 1, =, 2, 0] and [2, 0, 1]. 17 - 85 is answered with [-, 6, 8]. Training examples
    are drawn afresh each step; or once, and then no pair of numbers is in the training and the test set.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        return written_out(spec, *_numbers(spec, n_examples, generator))

    first = 2 * spec.digits + 1
    places = tuple(range(first, first + spec.n_answers))
    if spec.train_examples is None:
        return Dataset(answer_positions=places, train=draw, test=draw(generator, spec.n_test))
    a, b = _distinct_numbers(spec, spec.train_examples + spec.n_test, generator)
    every = written_out(spec, a, b)
    rows = torch.arange(len(every))
    return Dataset(places, train=every.take(rows[: spec.train_examples]), test=every.take(rows[spec.train_examples :]))


def written_out(spec: DigitArithmetic, a: Int[Tensor, "example"], b: Int[Tensor, "example"]) -> Examples:
    """The examples of these numbers."""
    result = {"add": a + b, "sub": (a - b).abs(), "mul": a * b}[spec.operation]
    operator, equals = spec.base, spec.d_vocab - 1
    answers = [_in_order(spec, digits_of(result, spec.base, spec.n_result_digits))]
    if spec.has_sign:
        minus, plus = spec.base, spec.base + 1
        answers.insert(0, torch.where(a < b, minus, plus)[:, None])
    labels = torch.cat(answers, dim=1)  # (example, answer)
    operands = [_in_order(spec, digits_of(number, spec.base, spec.digits)) for number in (a, b)]
    signs = [torch.full((len(a), 1), token) for token in (operator, equals)]
    return Examples(torch.cat([operands[0], signs[0], operands[1], signs[1], labels[:, :-1]], dim=1), labels)


def digits_of(numbers: Int[Tensor, "*example"], base: int, n_digits: int) -> Digits:
    return numbers[..., None] // base ** torch.arange(n_digits) % base


def _in_order(spec: DigitArithmetic, digits: Tensor) -> Tensor:
    """The last axis turned from the least significant first to the order of the task, or back."""
    return digits if spec.order == "least-significant-first" else digits.flip(-1)


def _numbers(
    spec: DigitArithmetic, n_examples: int, generator: torch.Generator
) -> tuple[Int[Tensor, "example"], Int[Tensor, "example"]]:
    """Both numbers, from pairs of digits that are drawn column by column."""
    drawn = torch.multinomial(pair_weights(spec), n_examples * spec.digits, replacement=True, generator=generator)
    pairs = drawn.view(n_examples, spec.digits)  # which (digit of a) * base + (digit of b)
    powers = spec.base ** torch.arange(spec.digits)
    return (pairs // spec.base * powers).sum(1), (pairs % spec.base * powers).sum(1)


def pair_weights(spec: DigitArithmetic) -> Float[Tensor, "pair"]:
    """The probability of each pair of digits in a column, in the order of (digit of a) * base + (digit of b)."""
    digits = torch.arange(spec.base)
    sums = (digits[:, None] + digits).flatten()
    below, nines, above = (kind.double() for kind in (sums < spec.base - 1, sums == spec.base - 1, sums >= spec.base))
    equally: Sequence[Tensor] = {
        "uniform": [below + nines + above],
        "carry-free": [below + nines],
        "carry-rich": [nines, above],
        "balanced": [below, nines, above],
    }[spec.carries]
    return torch.stack([kind / kind.sum() for kind in equally]).mean(0)


def _distinct_numbers(
    spec: DigitArithmetic, n_examples: int, generator: torch.Generator
) -> tuple[Int[Tensor, "example"], Int[Tensor, "example"]]:
    """Pairs of numbers, each once, in random order."""
    limit = spec.base**spec.digits
    codes = torch.empty(0, dtype=torch.int64)
    while len(codes) < n_examples:
        a, b = _numbers(spec, n_examples, generator)
        codes = torch.unique(torch.cat([codes, a * limit + b]))
    chosen = codes[torch.randperm(len(codes), generator=generator)[:n_examples]]
    return chosen // limit, chosen % limit


@implements(DigitArithmetic, "slices")
def where_carries_come_from(
    spec: DigitArithmetic, examples: Examples
) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """Each digit of a sum or difference by how far the carry, or the borrow, that comes in has come: 0, 1 or more."""
    makes, passes = _columns(spec, examples.inputs)
    depth = carry_depth(makes, passes)[..., : spec.n_result_digits]
    makes = torch.cat([makes, torch.zeros_like(makes[..., :1])], dim=-1)[..., : spec.n_result_digits]
    masks = [(depth == 0) & ~makes, (depth == 0) & makes, depth == 1, depth > 1]
    return {name: _at_answers(spec, mask) for name, mask in zip(spec.slices, masks, strict=True)}


def carry_depth(
    makes: Bool[Tensor, "*example column"], passes: Bool[Tensor, "*example column"]
) -> Int[Tensor, "*example column+1"]:
    """For each column, and the one after the last, how many columns away the carry that comes in was made; 0: none."""
    depths = [torch.zeros(makes.shape[:-1], dtype=torch.int64, device=makes.device)]
    for column in range(makes.shape[-1]):
        passed_on = (depths[-1] + 1) * (passes[..., column] & (depths[-1] > 0))
        depths.append(torch.where(makes[..., column], 1, passed_on))
    return torch.stack(depths, dim=-1)


def _columns(spec: DigitArithmetic, inputs: Int[Tensor, "*example pos"]) -> tuple[Tensor, Tensor]:
    """Which columns, the least significant first, make a carry (a borrow), and which would pass one on."""
    n = spec.digits
    a, b = (_in_order(spec, number) for number in (inputs[..., :n], inputs[..., n + 1 : 2 * n + 1]))
    if spec.operation == "add":
        return a + b >= spec.base, a + b == spec.base - 1
    powers = spec.base ** torch.arange(n, device=inputs.device)
    differences = (a - b) * ((a - b) * powers).sum(-1, keepdim=True).sign()  # of the larger and the smaller number
    return differences < 0, differences == 0


def _at_answers(spec: DigitArithmetic, digits: Bool[Tensor, "*example digit"]) -> Bool[Tensor, "*example answer"]:
    ordered = _in_order(spec, digits)
    return torch.cat([torch.zeros_like(ordered[..., :1]), ordered], dim=-1) if spec.has_sign else ordered
