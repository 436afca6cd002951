"""Of the weights themselves."""

from typing import ClassVar, Literal

from experiments.recipe.looks import Measure


class WeightNorm(Measure):
    """Sum of squares of the trained parameters: in total, and per matrix when `per_matrix` is set."""

    unit: ClassVar[str] = "sum of squares"
    name: Literal["weight-norm"] = "weight-norm"
    per_matrix: bool = False
