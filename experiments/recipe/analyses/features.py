from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.models import Model, ToyModel


class FeatureDirections(Look):
    """W W^T over the checkpoints, and the directions themselves where the hidden layer has two dimensions.

    Source: Elhage et al. 2022, "Toy Models of Superposition", section 2.
    """

    needs: ClassVar[str] = "model 'toy-model', variant 'relu-output'"
    name: Literal["feature-directions"] = "feature-directions"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, ToyModel) and model.variant == "relu-output"
