from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.models import Model
from experiments.recipe.tasks.regression import InContext


class InContextCurve(Look):
    """Squared error / variance of y against the number of pairs seen, beside answering 0 and the methods that fit the
    task: least squares, averaging, Lasso, kernel regression, a network trained on the pairs, a greedy tree.

    Source: Garg et al. 2022, arXiv 2208.01066, figure 2.
    """

    needs: ClassVar[str] = "task 'icl-regression', 'icl-sparse', 'icl-network' or 'icl-tree'"
    name: Literal["in-context-curve"] = "in-context-curve"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, InContext)
