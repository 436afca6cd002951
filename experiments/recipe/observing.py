"""What is looked at: measures along training and analyses after it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.spec import Spec

Split = Literal["train", "test"]
PartOfTask = Annotated[
    str, Field(max_length=30, description="a part of a mixture or two-phase task; all of them together when empty")
]


class Loss(Spec):
    """Mean cross-entropy at the answer positions, in nats per token, computed in the training's loss dtype."""

    unit: ClassVar[str] = "nats per token"
    name: Literal["loss"] = "loss"
    split: Split = "test"
    part: PartOfTask = ""


class Accuracy(Spec):
    """Fraction of answer positions, in [0, 1], at which the largest logit is the right token."""

    unit: ClassVar[str] = "fraction"
    name: Literal["accuracy"] = "accuracy"
    split: Split = "test"
    part: PartOfTask = ""


class WeightNorm(Spec):
    """Sum of squares of the trained parameters: in total, and per matrix when `per_matrix` is set."""

    unit: ClassVar[str] = "sum of squares"
    name: Literal["weight-norm"] = "weight-norm"
    per_matrix: bool = False


MeasureSpec = Annotated[Loss | Accuracy | WeightNorm, Field(discriminator="name")]


class PcaOverTraining(Spec):
    """Principal components of the logits on every test and train example, or of all weights, over the checkpoints.

    One point per checkpoint, so turns of the path show phases of training (problem 5.3).
    """

    name: Literal["pca-over-training"] = "pca-over-training"
    of: Literal["logits", "weights"] = "logits"
    n_components: Annotated[int, Field(ge=2, le=10)] = 3


class FourierSpectrum(Spec):
    """Norm of the token embedding along each Fourier component modulo p, at the last checkpoint and over training.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.1. Only for modular tasks.
    """

    name: Literal["fourier-spectrum"] = "fourier-spectrum"
    of: Literal["embedding"] = "embedding"


AnalysisSpec = Annotated[PcaOverTraining | FourierSpectrum, Field(discriminator="name")]
