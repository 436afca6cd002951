"""How the features of a toy model lie in its hidden layer."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, ToyModel


class FeatureGeometry(Measure):
    """Of the directions W_i of the features in the hidden layer. Source: Elhage et al. 2022, "Toy Models of
    Superposition", sections 2 to 4."""

    needs: ClassVar[str] = "model 'toy-model', variant 'relu-output'"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, ToyModel) and model.variant == "relu-output"


class FeatureNorm(FeatureGeometry):
    """||W_i|| of each feature, as "feature 0", ...: about 1 when represented, 0 when not; and their mean."""

    unit: ClassVar[str] = "norm"
    name: Literal["feature-norm"] = "feature-norm"


class FeaturesRepresented(FeatureGeometry):
    """How many features have ||W_i|| > 1/2."""

    unit: ClassVar[str] = "features"
    name: Literal["features-represented"] = "features-represented"


class FeatureDimensionality(FeatureGeometry):
    """D_i = ||W_i||^2 / sum_j (W_i . W_j / ||W_i||)^2 in [0, 1], of each feature, and the mean over those that are
    represented (||W_i|| > 1/2): 1 with a dimension of its own, 1/2 in an antipodal pair, 2/5 in a pentagon."""

    unit: ClassVar[str] = "dimensions"
    name: Literal["feature-dimensionality"] = "feature-dimensionality"


class FeatureInterference(FeatureGeometry):
    """Sum over j != i of (W_i . W_j / ||W_i||)^2 of each feature, and their mean: 0 when orthogonal to all others."""

    unit: ClassVar[str] = "squared projection"
    name: Literal["feature-interference"] = "feature-interference"


class DatumDimensionality(FeatureGeometry):
    """D_i = ||h_i||^2 / sum_j (h_i . h_j / ||h_i||)^2 in [0, 1] of the T training examples, h_i being what the
    hidden layer makes of example i: their mean, and the least and the largest of them. Together they fill the hidden
    layer, so the mean is near m / T; all of them are where the examples form a polygon, and where features have the
    directions instead, the least is near 0. Source: Henighan et al. 2023, "Superposition, Memorization, and Double
    Descent"."""

    needs: ClassVar[str] = "a fixed training set and model 'toy-model', variant 'relu-output'"
    unit: ClassVar[str] = "dimensions"
    name: Literal["datum-dimensionality"] = "datum-dimensionality"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and task.n_train is not None


class DimensionsPerFeature(FeatureGeometry):
    """m / ||W||_F^2: hidden dimensions for each feature that is represented, 1 without superposition."""

    unit: ClassVar[str] = "dimensions per feature"
    name: Literal["dimensions-per-feature"] = "dimensions-per-feature"


class BasisAlignment(FeatureGeometry):
    """Mean over features, weighted by ||W_i||^2, of max_k W_ik^2 / ||W_i||^2, in [1/m, 1]: 1 when each feature lies on
    one hidden unit; 1/2 + 1/pi, about 0.82, for random directions in two dimensions."""

    unit: ClassVar[str] = "fraction"
    name: Literal["basis-alignment"] = "basis-alignment"
