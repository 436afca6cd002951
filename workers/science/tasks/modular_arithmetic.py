"""Tasks on every pair of some elements, split once into training and test set."""

import torch
from jaxtyping import Int
from torch import Tensor

from experiments.recipe.tasks import (
    GroupComposition,
    ModularAddition,
    ModularDivision,
    ModularMultiplication,
    ModularSubtraction,
    ModularTask,
    PairTask,
)
from workers.science.dataset import Dataset, Examples
from workers.science.permutations import composition_table
from workers.science.registry import implements


@implements(ModularAddition)
def modular_addition(spec: ModularAddition, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo p with label (a + b) mod p, split once into train and test.

    Tokens are a, b and "=" (written as p); the answer is read at the last position.
    With p = 5: tokens [3, 4, 5] have label 2. Source: Nanda et al. 2023, arXiv 2301.05217, section 3.
    """
    return _shared_out(spec, every_pair(spec), generator)


@implements(ModularSubtraction)
def modular_subtraction(spec: ModularSubtraction, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo p with label (a - b) mod p, split once into train and test.

    Tokens and splits are those of modular addition. With p = 5: tokens [3, 4, 5] have label 4.
    """
    return _shared_out(spec, every_pair(spec), generator)


@implements(ModularMultiplication)
def modular_multiplication(spec: ModularMultiplication, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo p without 0, with label a b mod p. With p = 5: tokens [3, 4, 5] have label 2."""
    a, b = _pairs(1, 1, spec.modulus)
    return _shared_out(spec, _examples(spec, a, b, a * b % spec.modulus), generator)


@implements(ModularDivision)
def modular_division(spec: ModularDivision, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo a prime p, b not 0, with the label c for which c b = a. With p = 5: tokens [3, 4, 5]
    have label 2, as 2 * 4 = 8 = 3."""
    quotient, b = _pairs(0, 1, spec.modulus)  # each pair (a, b) comes of one quotient
    return _shared_out(spec, _examples(spec, quotient * b % spec.modulus, b, quotient), generator)


@implements(GroupComposition)
def group_composition(spec: GroupComposition, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) of permutations with label a b: first b, then a; split once into train and test.

    With n = 3, where the elements are 012, 021, 102, 120, 201 and 210: tokens [2, 1, 6] have label 3, as 102 after 021
    is 120.
    """
    a, b = _pairs(0, 0, spec.n_elements)
    return _shared_out(spec, _examples(spec, a, b, composition_table(spec.degree)[a, b]), generator)


def every_pair(spec: ModularTask) -> Examples:
    """The pairs in the order of a p + b."""
    a, b = _pairs(0, 0, spec.modulus)
    return _examples(spec, a, b, answers(spec, a, b))


def answers(spec: ModularTask, a: Int[Tensor, "*pair"], b: Int[Tensor, "*pair"]) -> Int[Tensor, "*pair"]:
    """(a + sign b) mod p, in 0 to p - 1."""
    return (a + spec.sign * b) % spec.modulus


def _pairs(first_a: int, first_b: int, end: int) -> tuple[Int[Tensor, "pair"], Int[Tensor, "pair"]]:
    a, b = torch.cartesian_prod(torch.arange(first_a, end), torch.arange(first_b, end)).T
    return a, b


def _examples(spec: PairTask, a: Int[Tensor, "pair"], b: Int[Tensor, "pair"], answer: Int[Tensor, "pair"]) -> Examples:
    tokens = torch.stack([a, b, torch.full_like(a, spec.n_elements)], dim=1)  # (pair, pos=3)
    return Examples(tokens, answer[:, None])


def _shared_out(spec: PairTask, pairs: Examples, generator: torch.Generator) -> Dataset:
    order = torch.randperm(len(pairs), generator=generator)
    return Dataset(
        answer_positions=(2,),
        train=pairs.take(order[: spec.n_train]),
        test=pairs.take(order[spec.n_train :]),
    )
