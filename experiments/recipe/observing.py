"""What is looked at: measures along training and analyses after it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.models import Model, ToyModel
from experiments.recipe.spec import Spec
from experiments.recipe.tasks import FeatureReconstruct, IclRegression, ModularAddition, Task

Split = Literal["train", "test"]
UNIT_SQUARED_ERROR = "squared error"


class Look(Spec):
    """A measure or an analysis, and where it has a meaning."""

    needs: ClassVar[str] = ""  # what `fits` asks for, in words

    def fits(self, task: Task, model: Model) -> bool:
        return True


class Measure(Look):
    unit: ClassVar[str]

    def unit_on(self, task: Task) -> str:
        return self.unit


class Loss(Measure):
    """What training lowers, computed in its loss dtype: mean cross-entropy at the answers, in nats per token; or, where
    a task is answered with numbers, the mean over answers of the squared error (weighted by importance)."""

    unit: ClassVar[str] = "nats per token"
    name: Literal["loss"] = "loss"
    split: Split = "test"

    def unit_on(self, task: Task) -> str:
        return task.loss_unit


class LossPerPosition(Measure):
    """The loss at each answer of an example apart, as "k=0", "k=1", ...: k answers came before."""

    needs: ClassVar[str] = "a task with several answers per example"
    unit: ClassVar[str] = "nats per token"
    name: Literal["loss-per-position"] = "loss-per-position"
    split: Split = "test"

    def unit_on(self, task: Task) -> str:
        return task.loss_unit

    def fits(self, task: Task, model: Model) -> bool:
        return task.n_answers > 1


class Accuracy(Measure):
    """Fraction of answer positions, in [0, 1], at which the largest logit is the right token."""

    needs: ClassVar[str] = "a task answered with tokens"
    unit: ClassVar[str] = "fraction"
    name: Literal["accuracy"] = "accuracy"
    split: Split = "test"

    def fits(self, task: Task, model: Model) -> bool:
        return task.answers == "token"


class WeightNorm(Measure):
    """Sum of squares of the trained parameters: in total, and per matrix when `per_matrix` is set."""

    unit: ClassVar[str] = "sum of squares"
    name: Literal["weight-norm"] = "weight-norm"
    per_matrix: bool = False


class ExcessLoss(Measure):
    """Squared error minus that of least squares on the same examples: over all answers, and at each as "k=3".

    0 is as good as least squares on the k pairs before (the fit of least norm, where k < D). Source: Garg et al. 2022,
    arXiv 2208.01066, section 3.
    """

    needs: ClassVar[str] = "task 'icl-regression'"
    unit: ClassVar[str] = UNIT_SQUARED_ERROR
    name: Literal["excess-loss"] = "excess-loss"
    split: Literal["test"] = "test"

    def fits(self, task: Task, model: Model) -> bool:
        return isinstance(task, IclRegression)


class LossPerFeature(Measure):
    """Mean squared error of each feature apart, as "feature 0", ..., without its importance."""

    needs: ClassVar[str] = "task 'feature-reconstruct'"
    unit: ClassVar[str] = UNIT_SQUARED_ERROR
    name: Literal["loss-per-feature"] = "loss-per-feature"
    split: Literal["test"] = "test"

    def fits(self, task: Task, model: Model) -> bool:
        return isinstance(task, FeatureReconstruct)


class FeatureGeometry(Measure):
    """Of the directions W_i of the features in the hidden layer. Source: Elhage et al. 2022, "Toy Models of
    Superposition", sections 2 to 4."""

    needs: ClassVar[str] = "model 'toy-model', variant 'relu-output'"

    def fits(self, task: Task, model: Model) -> bool:
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


class DimensionsPerFeature(FeatureGeometry):
    """m / ||W||_F^2: hidden dimensions for each feature that is represented, 1 without superposition."""

    unit: ClassVar[str] = "dimensions per feature"
    name: Literal["dimensions-per-feature"] = "dimensions-per-feature"


class BasisAlignment(FeatureGeometry):
    """Mean over features, weighted by ||W_i||^2, of max_k W_ik^2 / ||W_i||^2, in [1/m, 1]: 1 when each feature lies on
    one hidden unit; 1/2 + 1/pi, about 0.82, for random directions in two dimensions."""

    unit: ClassVar[str] = "fraction"
    name: Literal["basis-alignment"] = "basis-alignment"


MeasureSpec = Annotated[
    Loss
    | LossPerPosition
    | ExcessLoss
    | LossPerFeature
    | Accuracy
    | WeightNorm
    | FeatureNorm
    | FeaturesRepresented
    | FeatureDimensionality
    | FeatureInterference
    | DimensionsPerFeature
    | BasisAlignment,
    Field(discriminator="name"),
]
MeasureName = Literal[
    "loss",
    "loss-per-position",
    "excess-loss",
    "loss-per-feature",
    "accuracy",
    "weight-norm",
    "feature-norm",
    "features-represented",
    "feature-dimensionality",
    "feature-interference",
    "dimensions-per-feature",
    "basis-alignment",
]


class PcaOverTraining(Look):
    """Principal components of the logits on every test and train example, or of all weights, over the checkpoints.
    Where a task is answered with numbers, these stand for the logits.

    One point per checkpoint, so turns of the path show phases of training (problem 5.3).
    """

    name: Literal["pca-over-training"] = "pca-over-training"
    of: Literal["logits", "weights"] = "logits"
    n_components: Annotated[int, Field(ge=2, le=10)] = 3


class FourierSpectrum(Look):
    """Norm of the token embedding along each Fourier component modulo p, at the last checkpoint and over training.
    For an MLP with one-hot inputs: of the weights that read the first operand.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.1. Only for modular tasks.
    """

    needs: ClassVar[str] = "a modular task"

    name: Literal["fourier-spectrum"] = "fourier-spectrum"
    of: Literal["embedding"] = "embedding"

    def fits(self, task: Task, model: Model) -> bool:
        return isinstance(task, ModularAddition)


class FeatureDirections(Look):
    """W W^T over the checkpoints, and the directions themselves where the hidden layer has two dimensions.

    Source: Elhage et al. 2022, "Toy Models of Superposition", section 2.
    """

    needs: ClassVar[str] = "model 'toy-model', variant 'relu-output'"
    name: Literal["feature-directions"] = "feature-directions"

    def fits(self, task: Task, model: Model) -> bool:
        return isinstance(model, ToyModel) and model.variant == "relu-output"


class InContextCurve(Look):
    """Squared error / D against the number of pairs seen, beside least squares, averaging and answering 0.

    Source: Garg et al. 2022, arXiv 2208.01066, figure 2.
    """

    needs: ClassVar[str] = "task 'icl-regression'"
    name: Literal["in-context-curve"] = "in-context-curve"

    def fits(self, task: Task, model: Model) -> bool:
        return isinstance(task, IclRegression)


AnalysisSpec = Annotated[
    PcaOverTraining | FourierSpectrum | FeatureDirections | InContextCurve, Field(discriminator="name")
]
