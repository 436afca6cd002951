"""Measures: numbers along training. One module for each kind; the union below is the vocabulary."""

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from experiments.recipe.measures.attention import AttentionToAnswer, AttentionToPosition, HeadScores, VocabularySplit
from experiments.recipe.measures.circles import Circularity, EffectiveRank, KeyFrequencyShare
from experiments.recipe.measures.circuits import CompositionScores, CopyingScore
from experiments.recipe.measures.clock_pizza import DistanceIrrelevance, GradientSymmetricity
from experiments.recipe.measures.fourier import (
    CosCoefficients,
    ExcludedLoss,
    FourierGini,
    FourierPower,
    KeyFrequencyCount,
    LogitFve,
    NeuronFve,
    RestrictedLoss,
    TrigSimilarity,
)
from experiments.recipe.measures.geometry import (
    BasisAlignment,
    DatumDimensionality,
    DimensionsPerFeature,
    FeatureDimensionality,
    FeatureGeometry,
    FeatureInterference,
    FeatureNorm,
    FeaturesRepresented,
)
from experiments.recipe.measures.ioi import AttentionToRoles, NameDifference
from experiments.recipe.measures.lists import LargestError, ValueCopying, ValueOrder
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
from experiments.recipe.measures.neurons import NeuronAuroc, NeuronDirections, NeuronRules
from experiments.recipe.measures.othello import ExcessOverLegal, LegalMoves
from experiments.recipe.measures.parts import PartSimilarity
from experiments.recipe.measures.probes import LinearProbe, MlpProbe, ProbePerKind, ProbeTransplant
from experiments.recipe.measures.rotary import RotaryContributions
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
    "Circularity",
    "CompositionScores",
    "CopyingScore",
    "CosCoefficients",
    "DatumDimensionality",
    "DimensionsPerFeature",
    "DistanceIrrelevance",
    "EffectiveRank",
    "ExactMatch",
    "ExcessLoss",
    "ExcessOverLegal",
    "ExcludedLoss",
    "FeatureDimensionality",
    "FeatureGeometry",
    "FeatureInterference",
    "FeatureNorm",
    "FeaturesRepresented",
    "FourierGini",
    "FourierPower",
    "GradientSymmetricity",
    "HeadScores",
    "KeyFrequencyCount",
    "KeyFrequencyShare",
    "LargestError",
    "LegalMoves",
    "LinearProbe",
    "LogitAttribution",
    "LogitFve",
    "Loss",
    "LossPerFeature",
    "LossPerPosition",
    "LossPerSlice",
    "MeasureName",
    "MeasureSpec",
    "MlpProbe",
    "NameDifference",
    "NeuronAuroc",
    "NeuronDirections",
    "NeuronFve",
    "NeuronRules",
    "PartSimilarity",
    "PatchingEffect",
    "ProbePerKind",
    "ProbeTransplant",
    "RestrictedLoss",
    "RotaryContributions",
    "TrigSimilarity",
    "ValueCopying",
    "ValueOrder",
    "VocabularySplit",
    "WeightNorm",
]

AnyMeasure = (
    RotaryContributions
    | BitsMemorised
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
    | LargestError
    | ValueOrder
    | ValueCopying
    | AblationEffect
    | AblationEffectOnAccuracy
    | LogitAttribution
    | PatchingEffect
    | AttentionToAnswer
    | AttentionToPosition
    | VocabularySplit
    | CopyingScore
    | CompositionScores
    | FeatureNorm
    | FeaturesRepresented
    | FeatureDimensionality
    | DatumDimensionality
    | FeatureInterference
    | DimensionsPerFeature
    | BasisAlignment
    | RestrictedLoss
    | ExcludedLoss
    | LogitFve
    | CosCoefficients
    | TrigSimilarity
    | FourierPower
    | KeyFrequencyCount
    | NeuronFve
    | FourierGini
    | LegalMoves
    | ExcessOverLegal
    | LinearProbe
    | MlpProbe
    | ProbeTransplant
    | ProbePerKind
    | PartSimilarity
    | NeuronDirections
    | NeuronAuroc
    | NeuronRules
    | Circularity
    | KeyFrequencyShare
    | GradientSymmetricity
    | DistanceIrrelevance
    | EffectiveRank
)
MeasureSpec = Annotated[AnyMeasure, Field(discriminator="name")]
if TYPE_CHECKING:
    MeasureName = str
else:
    MeasureName = Literal[tuple(spec.model_fields["name"].default for spec in get_args(AnyMeasure))]
