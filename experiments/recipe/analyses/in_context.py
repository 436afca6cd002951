from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.models import Model
from experiments.recipe.tasks import IclRegression


class InContextCurve(Look):
    """Squared error / D against the number of pairs seen, beside least squares, averaging and answering 0.

    Source: Garg et al. 2022, arXiv 2208.01066, figure 2.
    """

    needs: ClassVar[str] = "task 'icl-regression'"
    name: Literal["in-context-curve"] = "in-context-curve"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, IclRegression)
