import torch

from experiments.recipe.tasks import ModularAddition
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(ModularAddition)
def modular_addition(spec: ModularAddition, generator: torch.Generator) -> Dataset:
    """Every pair (a, b) modulo p with label (a + b) mod p, split once into train and test.

    Tokens are a, b and "=" (written as p); the answer is read at the last position.
    With p = 5: tokens [3, 4, 5] have label 2. Source: Nanda et al. 2023, arXiv 2301.05217, section 3.
    """
    residues = torch.arange(spec.modulus)
    a, b = torch.cartesian_prod(residues, residues).T  # each (pair,)
    tokens = torch.stack([a, b, torch.full_like(a, spec.modulus)], dim=1)  # (pair, pos=3)
    pairs = Examples(tokens, ((a + b) % spec.modulus)[:, None])

    order = torch.randperm(len(pairs), generator=generator)
    return Dataset(
        answer_positions=(2,),
        train=pairs.take(order[: spec.n_train]),
        test=pairs.take(order[spec.n_train :]),
    )
