import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, Recurrence
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(Recurrence)
def recurrence(spec: Recurrence, generator: torch.Generator) -> Dataset:
    """Sequences in which every term from the third on is the sum of the two before it, modulo p.

    Modulo 7, from 3 and 5: [3, 5, 1, 6, 0, 6] is read as [3, 5, 1, 6, 0] and answered with [1, 6, 0, 6] from the second
    position on. With a train fraction, what follows a pair of the other set is not asked for.
    """
    positions = tuple(range(1, spec.n_ctx))
    n_pairs = spec.modulus**2
    every = torch.ones(n_pairs, dtype=torch.bool)

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        return _among(spec, torch.randint(n_pairs, (n_examples,), generator=generator), every)

    if spec.n_train is None:
        return Dataset(positions, train=draw, test=_among(spec, torch.arange(n_pairs), every))
    train, test = torch.randperm(n_pairs, generator=generator).tensor_split([spec.n_train])
    is_trained = torch.zeros_like(every).index_fill(0, train, True)
    return Dataset(
        positions,
        train=_among(spec, train, is_trained),
        test=_among(spec, test, ~is_trained),
    )


def sequences(spec: Recurrence, first: Int[Tensor, "example"]) -> Int[Tensor, "example term"]:
    """The sequences that begin with the pairs s1 p + s2."""
    terms = [first // spec.modulus, first % spec.modulus]
    while len(terms) < spec.length:
        terms.append((terms[-1] + terms[-2]) % spec.modulus)
    return torch.stack(terms, dim=1)


def pairs(spec: Recurrence, terms: Int[Tensor, "example term"]) -> Int[Tensor, "example answer"]:
    """The pair that each answer is the sum of, numbered as first pairs are."""
    return terms[:, :-2] * spec.modulus + terms[:, 1:-1]


def _among(spec: Recurrence, first: Int[Tensor, "example"], is_one: Bool[Tensor, "pair"]) -> Examples:
    """The sequences from these pairs, asked for terms after pairs of one set alone."""
    terms = sequences(spec, first)
    return _examples(terms, is_one[pairs(spec, terms)])


def _examples(terms: Int[Tensor, "example term"], asked: Bool[Tensor, "example answer"]) -> Examples:
    return Examples(terms[:, :-1].clone(), terms[:, 2:].where(asked, IGNORED))
