"""Analyses: looks after training. One module for each kind; the union below is the vocabulary."""

from typing import Annotated

from pydantic import Field

from experiments.recipe.analyses.features import FeatureDirections
from experiments.recipe.analyses.fourier import FourierSpectrum
from experiments.recipe.analyses.in_context import InContextCurve
from experiments.recipe.analyses.principal_components import PcaOverTraining

__all__ = ["AnalysisSpec", "FeatureDirections", "FourierSpectrum", "InContextCurve", "PcaOverTraining"]

AnalysisSpec = Annotated[
    PcaOverTraining | FourierSpectrum | FeatureDirections | InContextCurve, Field(discriminator="name")
]
