"""Directions of features whose geometry is known."""

import math

import pytest
import torch

from experiments.recipe.measures import (
    BasisAlignment,
    DatumDimensionality,
    DimensionsPerFeature,
    FeatureDimensionality,
    FeatureInterference,
    FeatureNorm,
    FeaturesRepresented,
)
from experiments.recipe.models import ToyModel as ToyModelSpec
from experiments.recipe.tasks import FeatureReconstruct
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot
from workers.science.measures import measure
from workers.science.models import build_model


def values_of(spec, *directions):
    """The measure on one seed whose features have these directions, by component."""
    task = FeatureReconstruct(n_features=len(directions))
    model = build_model(ToyModelSpec(d_hidden=2), task)
    snapshot = Snapshot(
        model, {"W": torch.tensor([directions])}, {}, (0,), lambda outputs, labels: outputs, (), task=task
    )
    return {component: value.item() for component, value in measure(spec, snapshot).items()}


def polygon(n, length=1.0, turned=0.3):
    angles = [turned + 2 * math.pi * i / n for i in range(n)]
    return [(length * math.cos(angle), length * math.sin(angle)) for angle in angles]


ORTHOGONAL = [(1.0, 0.0), (0.0, 1.0)]
ANTIPODAL = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]


@pytest.mark.parametrize(
    ("directions", "dimensions"),
    [(ORTHOGONAL, 1.0), (ANTIPODAL, 0.5), (polygon(3), 2 / 3), (polygon(5), 0.4), (polygon(5, length=1.3), 0.4)],
)
def test_dimensions_of_a_feature_in_a_regular_figure(directions, dimensions):
    found = values_of(FeatureDimensionality(), *directions)
    assert list(found.values()) == pytest.approx([dimensions] * (len(directions) + 1), abs=1e-6)


def of_data(*hidden):
    """The dimensions of training examples that the hidden layer puts here: one feature each, with that direction."""
    spec, task = DatumDimensionality(), FeatureReconstruct(n_features=len(hidden), n_examples=len(hidden))
    examples = torch.eye(len(hidden))[None, :, None]
    snapshot = Snapshot(
        build_model(ToyModelSpec(d_hidden=2), task),
        {"W": torch.tensor([hidden])},
        {"train": Examples(examples, examples)},
        (0,),
        lambda outputs, labels: outputs,
        (),
        task=task,
    )
    return {component: value.item() for component, value in measure(spec, snapshot).items()}


def test_examples_that_form_a_polygon_have_two_dimensions_between_them():
    found = of_data(*polygon(7))
    assert found == pytest.approx({"": 2 / 7, "least": 2 / 7, "largest": 2 / 7}, abs=1e-6)


def test_an_example_at_the_origin_has_no_dimension():
    assert of_data(*ORTHOGONAL, (0.0, 0.0)) == {"": pytest.approx(2 / 3), "least": 0.0, "largest": pytest.approx(1.0)}


def test_a_feature_that_is_not_represented_has_no_dimensions_and_does_not_count():
    found = values_of(FeatureDimensionality(), *ORTHOGONAL, (0.0, 0.0))
    assert found == {"": 1.0, "feature 0": 1.0, "feature 1": 1.0, "feature 2": 0.0}
    assert values_of(FeatureDimensionality(), (0.0, 0.0), (0.0, 0.1))[""] == 0.0


def test_interference_is_what_the_others_say_along_a_feature():
    assert list(values_of(FeatureInterference(), *ORTHOGONAL).values()) == [0.0] * 3
    assert list(values_of(FeatureInterference(), *ANTIPODAL).values()) == [1.0] * 5
    pentagon = 2 * (math.cos(2 * math.pi / 5) ** 2 + math.cos(4 * math.pi / 5) ** 2)
    assert values_of(FeatureInterference(), *polygon(5))["feature 3"] == pytest.approx(pentagon, abs=1e-6)


def test_norms_and_how_many_features_are_represented():
    directions = [(3.0, 4.0), (0.0, 0.6), (0.4, 0.0)]
    assert values_of(FeatureNorm(), *directions)["feature 0"] == pytest.approx(5.0)
    assert values_of(FeatureNorm(), *directions)[""] == pytest.approx(2.0)
    assert values_of(FeaturesRepresented(), *directions) == {"": 2.0}


def test_dimensions_per_feature_is_one_without_superposition():
    assert values_of(DimensionsPerFeature(), *ORTHOGONAL, (0.0, 0.0)) == {"": 1.0}
    assert values_of(DimensionsPerFeature(), *ANTIPODAL) == {"": 0.5}


def test_basis_alignment_is_one_on_the_axes_and_a_half_between_them():
    assert values_of(BasisAlignment(), *ANTIPODAL) == {"": 1.0}
    assert values_of(BasisAlignment(), (1.0, 1.0), (2.0, -2.0))[""] == pytest.approx(0.5)
    assert values_of(BasisAlignment(), *polygon(360))[""] == pytest.approx(0.5 + 1 / math.pi, abs=1e-3)
