"""Looks after training. Each module implements one analysis spec; importing the package registers them all."""

from collections.abc import Sequence

from experiments.recipe.analyses import AnalysisSpec
from experiments.recipe.panels import Panel
from workers.science.registry import implementation_of, import_modules
from workers.science.trajectory import Trajectory

import_modules(__name__, __path__)


def analyse(spec: AnalysisSpec, trajectory: Trajectory) -> Sequence[Panel]:
    """The plots of one analysis over the checkpoints of a run."""
    panels: Sequence[Panel] = implementation_of(spec)(spec, trajectory)
    return panels
