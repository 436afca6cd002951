"""How much a network has learnt by heart."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model
from experiments.recipe.tasks.memory import ByHeart


class BitsMemorised(Measure):
    """log2 of the number of possible answers minus the cross-entropy in bits, summed over the answers of the training
    set: what a network must have stored to be as sure of them as it is. 0 for chance, `bits` of the task for all of it.
    "per parameter" is that over the number of trained weights, "share" over the `bits` of the task.

    Wrong answers that are given with confidence count against it, so that it can be below 0. Source: Allen-Zhu & Li
    2024, arXiv 2404.05405, section 3, which finds about 2 bits per parameter in language models.
    """

    needs: ClassVar[str] = "task 'random-labels' or 'random-strings'"
    unit: ClassVar[str] = "bits"
    name: Literal["bits-memorised"] = "bits-memorised"
    split: Literal["train"] = "train"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, ByHeart)
