"""Lists of numbers and the same in order."""

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, SortAnyLength, SortList
from experiments.recipe.tasks.sorting import AGAIN, NEW, Sorting
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements

Lists = Int[Tensor, "example place"]


@implements(SortList)
def sort_list(spec: SortList, generator: torch.Generator) -> Dataset:
    """START, a list, MID and the list in order; each sorted number is the answer at the place before it.

    With V = 9, so that START is 9 and MID is 10: tokens [9, 7, 2, 5, 10, 2, 5] have labels [2, 5, 7], read at the last
    three places.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        given = _numbers(spec, n_examples, generator)
        start, middle = (torch.full_like(given[:, :1], spec.vocabulary + sign) for sign in range(2))
        ordered = given.sort(1).values
        return Examples(torch.cat([start, given, middle, ordered[:, :-1]], dim=1), ordered)

    positions = tuple(range(spec.length + 1, spec.n_ctx))
    return Dataset(answer_positions=positions, train=draw, test=draw(generator, spec.n_test))


@implements(SortAnyLength)
def sort_any_length(spec: SortAnyLength, generator: torch.Generator) -> Dataset:
    """START, a list of any length, MID, the list in order, END, and PAD to the length of the longest.

    With V = 9 (START 9, MID 10, END 11, PAD 12), shortest 2 and longest 3: [9, 7, 2, 10, 2, 7, 11, 12] has labels
    [2, 7, 11, -, -], read at the last five places.
    """

    def draw(generator: torch.Generator, n_examples: int, longest: int) -> Examples:
        given = _numbers(spec, n_examples, generator)
        n_given = torch.randint(spec.shortest, longest + 1, (n_examples, 1), generator=generator)
        return _written(spec, given, n_given)

    return Dataset(
        answer_positions=tuple(range(spec.shortest + 1, spec.n_ctx)),
        train=lambda generator, n_examples: draw(generator, n_examples, spec.longest_trained),
        test=draw(generator, spec.n_test, spec.longest),
    )


def _numbers(spec: Sorting, n_examples: int, generator: torch.Generator) -> Lists:
    """As many as the longest list takes, each number alike; without repeats, every arrangement alike."""
    if spec.repeats:
        return torch.randint(spec.vocabulary, (n_examples, spec.longest_list), generator=generator)
    priorities = torch.rand(n_examples, spec.vocabulary, generator=generator)
    return priorities.topk(spec.longest_list).indices


def _written(spec: SortAnyLength, given: Lists, n_given: Int[Tensor, "example 1"]) -> Examples:
    """The first numbers of each list, in the places that its length gives them."""
    start, middle, end, pad = range(spec.vocabulary, spec.vocabulary + 4)
    is_there = torch.arange(spec.longest) < n_given
    ordered = given.masked_fill(~is_there, pad).sort(1).values  # PAD is larger than every number
    tokens = torch.full((len(given), 2 * spec.longest + 3), pad)
    tokens[:, 0] = start
    tokens[:, 1 : spec.longest + 1] = given.masked_fill(~is_there, pad)
    tokens.scatter_(1, n_given + 2 + torch.arange(spec.longest), ordered)
    tokens.scatter_(1, n_given + 1, middle)
    tokens.scatter_(1, 2 * n_given + 2, end)
    places = torch.arange(1, tokens.shape[1])
    asked = (places >= n_given + 2) & (places <= 2 * n_given + 2)
    labels = tokens[:, 1:].where(asked, IGNORED)
    return Examples(tokens[:, :-1].clone(), labels[:, spec.shortest + 1 :])


@implements(SortList, "slices")
def by_repetition(spec: SortList, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    again = torch.zeros_like(examples.labels, dtype=torch.bool)
    again[..., 1:] = examples.labels[..., 1:] == examples.labels[..., :-1]
    return {NEW: ~again, AGAIN: again}


@implements(SortAnyLength, "slices")
def by_length(spec: SortAnyLength, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """By how many numbers the list has."""
    asked = examples.labels != IGNORED
    n_given = asked.sum(-1, keepdim=True) - 1
    is_number = asked & (examples.labels < spec.vocabulary)
    return {name: is_number & (n_given == spec.shortest + place) for place, name in enumerate(spec.slices)}
