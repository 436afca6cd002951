import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import ReduceList
from experiments.recipe.tasks.lists import MAX_GAP
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements

Lists = Int[Tensor, "example place"]


@implements(ReduceList)
def reduce_list(spec: ReduceList, generator: torch.Generator) -> Dataset:
    """Numbers and "=" (written as V); the label is the largest, or the smallest, read at "=".

    With V = 9 and three numbers: tokens [3, 7, 2, 9] have label 7. Training lists are drawn afresh each step; the test
    set is every list, in the order of the numbers they spell, or drawn once. Source: Gross et al. 2024, arXiv
    2406.11779 (there without "=").
    """

    def numbers(generator: torch.Generator, n_examples: int) -> Lists:
        return torch.randint(spec.vocabulary, (n_examples, spec.length), generator=generator)

    def asked(lists: Lists) -> Examples:
        equals = torch.full_like(lists[:, :1], spec.vocabulary)
        labels = lists.amax(1) if spec.operation == "max" else lists.amin(1)
        return Examples(torch.cat([lists, equals], dim=1), labels[:, None])

    test = every_list(spec.length, spec.vocabulary) if spec.tests_every_list else numbers(generator, spec.n_test)
    return Dataset(
        answer_positions=(spec.length,),
        train=lambda generator, n_examples: asked(numbers(generator, n_examples)),
        test=asked(test),
    )


def every_list(length: int, vocabulary: int) -> Lists:
    """[0, 0], [0, 1], ..., [V-1, V-1]."""
    return torch.cartesian_prod(*[torch.arange(vocabulary)] * length)


@implements(ReduceList, "slices")
def by_gap(spec: ReduceList, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """How far the answer is ahead of the next number; 0 where it stands in the list twice."""
    ordered = examples.inputs[..., :-1].sort(-1, descending=spec.operation == "max").values
    gaps = (ordered[..., :1] - ordered[..., 1:2]).abs()
    return {name: gaps == gap if gap < MAX_GAP else gaps >= MAX_GAP for gap, name in enumerate(spec.slices)}
