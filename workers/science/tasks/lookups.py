import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import CodeEval, PermuteList
from experiments.recipe.tasks.lookups import ASSIGNMENT, COPIED, OVERWRITTEN, SIGNS, TWICE
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements

Lists = Int[Tensor, "example place"]


@implements(PermuteList)
def permute_list(spec: PermuteList, generator: torch.Generator) -> Dataset:
    """A list, a permutation of its places, and the list in that order; each is the answer at the place before it.

    With V = 9 and three tokens, so that places are 9, 10, 11 and SEP is 12: tokens [4, 4, 7, 12, 11, 9, 10, 12, 7, 4]
    have labels [7, 4, 4], read at the last three places.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        given = torch.randint(spec.vocabulary, (n_examples, spec.length), generator=generator)
        order = torch.rand(n_examples, spec.length, generator=generator).argsort(1)
        separator = torch.full_like(given[:, :1], spec.vocabulary + spec.length)
        moved = given.gather(1, order)
        places = order + spec.vocabulary
        return Examples(torch.cat([given, separator, places, separator, moved[:, :-1]], dim=1), moved)

    positions = tuple(range(2 * spec.length + 1, spec.n_ctx))
    return Dataset(answer_positions=positions, train=draw, test=draw(generator, spec.n_test))


@implements(CodeEval)
def code_eval(spec: CodeEval, generator: torch.Generator) -> Dataset:
    """A list of digits, assignments to its places, and the list as it is then.

    With V = 10, so that the signs a = ; [ ] -> are 10 to 15: "a = 3 1 4 ; a [ 1 ] = 5 ; a -> 3 5 4" is read as [10, 11,
    3, 1, 4, 12, 10, 13, 1, 14, 11, 5, 12, 10, 15, 3, 5] and has labels [3, 5, 4], read at the last three places.
    """
    a, equals, end, left, right, gives = range(spec.vocabulary, spec.vocabulary + len(SIGNS))

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        def sign(token: int) -> Lists:
            return torch.full((n_examples, 1), token)

        digits = torch.randint(spec.vocabulary, (n_examples, spec.length), generator=generator)
        tokens, result = [sign(a), sign(equals), digits, sign(end)], digits
        for _ in range(spec.assignments):
            place = torch.randint(spec.length, (n_examples, 1), generator=generator)
            value = torch.randint(spec.vocabulary, (n_examples, 1), generator=generator)
            tokens += [sign(a), sign(left), place, sign(right), sign(equals), value, sign(end)]
            result = result.scatter(1, place, value)
        return Examples(torch.cat([*tokens, sign(a), sign(gives), result[:, :-1]], dim=1), result)

    positions = tuple(range(spec.first_answer, spec.n_ctx))
    return Dataset(answer_positions=positions, train=draw, test=draw(generator, spec.n_test))


@implements(CodeEval, "slices")
def by_assignments(spec: CodeEval, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """By how many assignments were made to the place."""
    first = spec.length + 5  # of the places that are assigned to
    assigned = examples.inputs[..., first : first + spec.assignments * ASSIGNMENT : ASSIGNMENT]
    places = torch.arange(spec.length, device=assigned.device)
    times = (assigned[..., None] == places).sum(-2)
    kinds = {COPIED: times == 0, OVERWRITTEN: times == 1, TWICE: times == 2}
    return {name: kinds[name] for name in spec.slices}
