import math
from typing import Annotated, Literal

from pydantic import Field

from experiments.recipe.tasks.modular import PairTask, TrainFraction

Degree = Annotated[
    int,
    Field(ge=3, le=5, description="n: the group is that of the n! permutations of n things, in lexicographic order"),
]


class GroupComposition(PairTask):
    """Every pair (a, b) of permutations of n things, answered after "=" with a b: first b, then a. The group does not
    commute. Source: Chughtai et al. 2023, arXiv 2302.03025."""

    name: Literal["group-composition"] = "group-composition"
    degree: Degree = 5
    train_fraction: TrainFraction = 0.3

    @property
    def n_elements(self) -> int:
        return math.factorial(self.degree)

    @property
    def n_train(self) -> int:
        return round(self.train_fraction * self.n_pairs)
