"""Measures: numbers along training. One module for each kind; the union below is the vocabulary."""

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from experiments.recipe.measures.attention import AttentionToAnswer, AttentionToPosition, HeadScores
from experiments.recipe.measures.circuits import CompositionScores, CopyingScore
from experiments.recipe.measures.geometry import (
    BasisAlignment,
    DimensionsPerFeature,
    FeatureDimensionality,
    FeatureGeometry,
    FeatureInterference,
    FeatureNorm,
    FeaturesRepresented,
)
from experiments.recipe.measures.ioi import AttentionToRoles, NameDifference
from experiments.recipe.measures.losses import (
    Accuracy,
    AccuracyPerPosition,
    AccuracyPerSlice,
    ExactMatch,
    ExcessLoss,
    Loss,
    LossPerFeature,
    LossPerPosition,
    LossPerSlice,
)
from experiments.recipe.measures.mechanisms import (
    AblationEffect,
    AblationEffectOnAccuracy,
    LogitAttribution,
    PatchingEffect,
)
from experiments.recipe.measures.memory import BitsMemorised
from experiments.recipe.measures.weights import WeightNorm

__all__ = [
    "AblationEffect",
    "AblationEffectOnAccuracy",
    "Accuracy",
    "AccuracyPerPosition",
    "AccuracyPerSlice",
    "AttentionToAnswer",
    "AttentionToPosition",
    "AttentionToRoles",
    "BasisAlignment",
    "BitsMemorised",
    "CompositionScores",
    "CopyingScore",
    "DimensionsPerFeature",
    "ExactMatch",
    "ExcessLoss",
    "FeatureDimensionality",
    "FeatureGeometry",
    "FeatureInterference",
    "FeatureNorm",
    "FeaturesRepresented",
    "HeadScores",
    "LogitAttribution",
    "Loss",
    "LossPerFeature",
    "LossPerPosition",
    "LossPerSlice",
    "MeasureName",
    "MeasureSpec",
    "NameDifference",
    "PatchingEffect",
    "WeightNorm",
]

AnyMeasure = (
    BitsMemorised
    | NameDifference
    | AttentionToRoles
    | Loss
    | LossPerPosition
    | LossPerSlice
    | ExcessLoss
    | LossPerFeature
    | Accuracy
    | AccuracyPerPosition
    | AccuracyPerSlice
    | ExactMatch
    | WeightNorm
    | HeadScores
    | AblationEffect
    | AblationEffectOnAccuracy
    | LogitAttribution
    | PatchingEffect
    | AttentionToAnswer
    | AttentionToPosition
    | CopyingScore
    | CompositionScores
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
