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


class DataDirections(Look):
    """Where the hidden layer puts the training examples, beside the directions of the features, over the checkpoints.

    Source: Henighan et al. 2023, "Superposition, Memorization, and Double Descent".
    """

    needs: ClassVar[str] = "a fixed training set and model 'toy-model', variant 'relu-output', with d_hidden 2"
    name: Literal["data-directions"] = "data-directions"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        is_plane = isinstance(model, ToyModel) and model.variant == "relu-output" and model.d_hidden == 2
        return is_plane and task.n_train is not None
