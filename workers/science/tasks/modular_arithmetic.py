import torch
from jaxtyping import Int
from torch import Tensor

from experiments.recipe.tasks import ModularAddition, ModularSubtraction, ModularTask
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(ModularAddition)
def modular_addition(spec: ModularAddition, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo p with label (a + b) mod p, split once into train and test.

    Tokens are a, b and "=" (written as p); the answer is read at the last position.
    With p = 5: tokens [3, 4, 5] have label 2. Source: Nanda et al. 2023, arXiv 2301.05217, section 3.
    """
    return _shared_out(spec, generator)


@implements(ModularSubtraction)
def modular_subtraction(spec: ModularSubtraction, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo p with label (a - b) mod p, split once into train and test.

    Tokens and splits are those of modular addition. With p = 5: tokens [3, 4, 5] have label 4.
    """
    return _shared_out(spec, generator)


def every_pair(spec: ModularTask) -> Examples:
    """The pairs in the order of a p + b."""
    residues = torch.arange(spec.modulus)
    a, b = torch.cartesian_prod(residues, residues).T  # each (pair,)
    tokens = torch.stack([a, b, torch.full_like(a, spec.modulus)], dim=1)  # (pair, pos=3)
    return Examples(tokens, answers(spec, a, b)[:, None])


def answers(spec: ModularTask, a: Int[Tensor, "*pair"], b: Int[Tensor, "*pair"]) -> Int[Tensor, "*pair"]:
    """(a + sign b) mod p, in 0 to p - 1."""
    return (a + spec.sign * b) % spec.modulus


def _shared_out(spec: ModularTask, generator: torch.Generator) -> Dataset:
    pairs = every_pair(spec)
    order = torch.randperm(len(pairs), generator=generator)
    return Dataset(
        answer_positions=(2,),
        train=pairs.take(order[: spec.n_train]),
        test=pairs.take(order[spec.n_train :]),
    )
