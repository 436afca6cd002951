from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.models import Model
from experiments.recipe.shares import is_additive


class FourierSpectrum(Look):
    """Norm of the token embedding along each Fourier component modulo p, at the last checkpoint and over training.
    For an MLP with one-hot inputs: of the weights that read the first operand.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.1. Only where sums of waves solve the task.
    """

    needs: ClassVar[str] = "modular addition or subtraction"

    name: Literal["fourier-spectrum"] = "fourier-spectrum"
    of: Literal["embedding"] = "embedding"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return is_additive(task)
