from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.measures import RotaryContributions
from experiments.recipe.models import Model


class RotaryOffsets(Look):
    """The mean score of the heads of the first layer against the distance between query and key, and what each rotary
    frequency adds to it where it singles out the token before: see measure rotary-contributions.

    Problems 3.21 and 6.59.
    """

    needs: ClassVar[str] = RotaryContributions.needs
    name: Literal["rotary-offsets"] = "rotary-offsets"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return RotaryContributions().fits(task, model)
