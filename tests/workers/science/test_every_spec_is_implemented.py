"""A part of the vocabulary that no code carries out would fail only once a worker has the run."""

from typing import get_args

import pytest

from experiments.recipe.analyses import AnalysisSpec
from experiments.recipe.combined import TaskSpec
from experiments.recipe.interventions import InterventionSpec
from experiments.recipe.measures import MeasureSpec
from experiments.recipe.models import ModelSpec
from workers.science import conduct  # noqa: F401 - imports every implementation
from workers.science.registry import is_implemented

UNIONS = [TaskSpec, ModelSpec, MeasureSpec, AnalysisSpec, InterventionSpec]
MEMBERS = [member for union in UNIONS for member in get_args(get_args(union)[0])]


@pytest.mark.parametrize("spec_class", MEMBERS)
def test_it_is_implemented(spec_class):
    assert is_implemented(spec_class)
