"""Analyses: looks after training. One module for each kind; the union below is the vocabulary."""

from typing import Annotated

from pydantic import Field

from experiments.recipe.analyses.attention import AttentionByToken, HeadsByToken
from experiments.recipe.analyses.features import DataDirections, FeatureDirections
from experiments.recipe.analyses.fourier import FourierSpectrum
from experiments.recipe.analyses.hidden_states import NeuronExamples, NeuronMap, ProbeMap, TransplantedProbes
from experiments.recipe.analyses.in_context import InContextCurve
from experiments.recipe.analyses.key_frequencies import FourierOfPairs, KeyFrequencies, NeuronClusters
from experiments.recipe.analyses.lists import ValueCircuits
from experiments.recipe.analyses.mechanisms import (
    ActivationPatching,
    AttentionPatterns,
    ComponentEffects,
    CompositionMap,
    HeadCircuits,
    NeuronAblation,
)
from experiments.recipe.analyses.principal_components import PcaOverTraining
from experiments.recipe.analyses.reduction import DimensionalityReduction
from experiments.recipe.analyses.rotary import RotaryOffsets

__all__ = [
    "ActivationPatching",
    "AnalysisSpec",
    "AttentionByToken",
    "AttentionPatterns",
    "ComponentEffects",
    "CompositionMap",
    "DataDirections",
    "DimensionalityReduction",
    "FeatureDirections",
    "FourierOfPairs",
    "FourierSpectrum",
    "HeadCircuits",
    "HeadsByToken",
    "InContextCurve",
    "KeyFrequencies",
    "NeuronAblation",
    "NeuronClusters",
    "NeuronExamples",
    "NeuronMap",
    "PcaOverTraining",
    "ProbeMap",
    "RotaryOffsets",
    "TransplantedProbes",
    "ValueCircuits",
]

AnyAnalysis = (
    PcaOverTraining
    | FourierSpectrum
    | FeatureDirections
    | DataDirections
    | InContextCurve
    | KeyFrequencies
    | NeuronClusters
    | FourierOfPairs
    | AttentionPatterns
    | AttentionByToken
    | HeadsByToken
    | ValueCircuits
    | ComponentEffects
    | ActivationPatching
    | HeadCircuits
    | CompositionMap
    | NeuronAblation
    | RotaryOffsets
    | ProbeMap
    | TransplantedProbes
    | NeuronMap
    | NeuronExamples
    | DimensionalityReduction
)
AnalysisSpec = Annotated[AnyAnalysis, Field(discriminator="name")]
