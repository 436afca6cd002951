"""The group of permutations of n things, as a table of numbers."""

import itertools
from functools import lru_cache

import torch
from jaxtyping import Int
from torch import Tensor


@lru_cache(maxsize=8)
def permutations(degree: int) -> Int[Tensor, "element thing"]:
    """All permutations in lexicographic order, the identity first: thing i goes to place `permutations(n)[g, i]`."""
    return torch.tensor(list(itertools.permutations(range(degree))))


@lru_cache(maxsize=8)
def composition_table(degree: int) -> Int[Tensor, "element element"]:
    """Row g, column h: the number of g h, which takes i to g(h(i)), first h and then g."""
    elements = permutations(degree)  # (element, thing)
    composed = elements[:, elements]  # (g, h, thing)
    powers = degree ** torch.arange(degree - 1, -1, -1)
    return torch.searchsorted((elements * powers).sum(-1), (composed * powers).sum(-1))
