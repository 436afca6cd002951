"""How much the parts of a task have in common."""

from itertools import combinations
from typing import ClassVar, Literal

from experiments.recipe.combined import Combined, TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.measures.fourier import has_neurons
from experiments.recipe.models import Model
from experiments.recipe.shares import additive_part


class PartSimilarity(Measure):
    """How alike two parts are carried out, in [0, 1], on all p^2 pairs of both: of each two as "neurons add subtract".

    neurons: linear CKA of the neurons of the last layer at the answer, ||X^T Y||_F^2 / (||X^T X||_F ||Y^T Y||_F), where
    the rows of X and Y are the neurons of the two parts on the same pairs, less their mean; 1 when they differ by a
    rotation and a scale. Both parts read the same a and b, so it is far from 0 before training: compare with step 0.
    Source: Kornblith et al. 2019, arXiv 1905.00414. frequencies: sum over frequencies of the smaller one of the two
    shares that they have of the power of the logits, 1 when both parts use the same ones equally.
    """

    needs: ClassVar[str] = "a model with neurons, and parts that add or subtract modulo the same number"
    unit: ClassVar[str] = "fraction"
    name: Literal["part-similarity"] = "part-similarity"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return bool(compared_parts(task)) and has_neurons(model)


def compared_parts(task: TaskSpec) -> list[tuple[str, str]]:
    """Every two parts, where all of them add or subtract: they read the same tokens, so their modulus is the same."""
    if not isinstance(task, Combined) or any(additive_part(task, name) is None for name in task.tasks):
        return []
    return list(combinations(task.tasks, 2))
