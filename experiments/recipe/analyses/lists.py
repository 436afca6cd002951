from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.measures import ValueOrder
from experiments.recipe.models import Model


class ValueCircuits(Look):
    """The attention score of each number and what attending to it does to each logit, of every head at the last
    checkpoint: what `value-order` and `value-copying` sum up. Nothing without layers.

    Source: Gross et al. 2024, arXiv 2406.11779, section 3.
    """

    needs: ClassVar[str] = ValueOrder.needs
    name: Literal["value-circuits"] = "value-circuits"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return ValueOrder().fits(task, model)
