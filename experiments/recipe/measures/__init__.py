"""Measures: numbers along training. One module for each kind; the union below is the vocabulary."""

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from experiments.recipe.measures.geometry import (
    BasisAlignment,
    DimensionsPerFeature,
    FeatureDimensionality,
    FeatureGeometry,
    FeatureInterference,
    FeatureNorm,
    FeaturesRepresented,
)
from experiments.recipe.measures.losses import Accuracy, ExcessLoss, Loss, LossPerFeature, LossPerPosition
from experiments.recipe.measures.weights import WeightNorm

__all__ = [
    "Accuracy",
    "BasisAlignment",
    "DimensionsPerFeature",
    "ExcessLoss",
    "FeatureDimensionality",
    "FeatureGeometry",
    "FeatureInterference",
    "FeatureNorm",
    "FeaturesRepresented",
    "Loss",
    "LossPerFeature",
    "LossPerPosition",
    "MeasureName",
    "MeasureSpec",
    "WeightNorm",
]

AnyMeasure = (
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
    | BasisAlignment
)
MeasureSpec = Annotated[AnyMeasure, Field(discriminator="name")]
if TYPE_CHECKING:
    MeasureName = str
else:
    MeasureName = Literal[tuple(spec.model_fields["name"].default for spec in get_args(AnyMeasure))]
