"""Points whose shape is known, and the plots of what a network is made of."""

import math

import numpy as np
import pytest

from experiments.recipe.analyses import DimensionalityReduction
from experiments.recipe.models import Mlp as MlpSpec
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import ModularAddition
from tests.workers.science.runs import ADDITION, MLP, carry_out, of_kind, recipe
from tests.workers.science.waves import circles
from workers.science.events import Analysed
from workers.science.reduction import METHODS, reduced

CIRCLE = circles(40, {1: 3.0}).numpy() @ np.random.default_rng(0).normal(size=(2, 6))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_points_have_the_same_coordinates(method):
    few = CIRCLE[::8]
    plane = reduced(few, method)
    assert plane.shape == (5, 2) and plane.dtype == np.float64
    np.testing.assert_array_equal(plane, reduced(few, method))


@pytest.mark.parametrize("method", ["pca", "svd"])
def test_points_of_a_plane_keep_their_distances(method):
    plane = reduced(CIRCLE, method)
    for one, other in ((0, 1), (3, 20)):
        expected = np.linalg.norm(CIRCLE[one] - CIRCLE[other])
        assert np.linalg.norm(plane[one] - plane[other]) == pytest.approx(expected)


def test_the_mean_is_a_direction_of_the_singular_vectors_alone():
    shifted = CIRCLE + 100.0
    without, with_it = (np.abs(reduced(points, "pca")) for points in (CIRCLE, shifted))  # but for the sign
    np.testing.assert_allclose(with_it, without, atol=1e-9)
    assert reduced(shifted, "svd")[:, 0].min() > 200


def test_factors_are_not_negative_and_one_part_is_found_again():
    parts = np.outer(np.arange(1.0, 21.0), [1.0, 0, 0, 2]) + np.outer(np.arange(20.0, 0.0, -1), [0, 3.0, 1, 0])
    plane = reduced(parts, "nmf")
    assert plane.min() >= 0
    assert abs(np.corrcoef(plane[:, 0], np.arange(20))[0, 1]) == pytest.approx(1.0, abs=1e-3)


def test_independent_components_part_two_mixed_sources():
    generator = np.random.default_rng(0)
    sources = np.stack([generator.uniform(-1, 1, 400), np.sign(generator.normal(size=400))], axis=1)
    plane = reduced(sources @ [[1.0, 0.5], [0.6, 1.0]], "ica")
    found = np.abs(np.corrcoef(plane.T, sources.T)[:2, 2:])
    assert found.max(1) == pytest.approx([1.0, 1.0], abs=0.02)


def test_two_far_clusters_stay_apart_in_neighbour_embeddings():
    generator = np.random.default_rng(0)
    far = np.concatenate([generator.normal(size=(20, 5)), generator.normal(size=(20, 5)) + 50])
    plane = reduced(far, "t-sne")
    within = max(np.ptp(plane[:20], axis=0).max(), np.ptp(plane[20:], axis=0).max())
    assert np.linalg.norm(plane[:20].mean(0) - plane[20:].mean(0)) > within


def drawn(base, **asked):
    asked = {"name": "dimensionality-reduction", "methods": ["pca"]} | asked
    events = carry_out(recipe(base, analyses=[asked]))
    return {event.panel.key: event.panel for event in of_kind(Analysed, events)}


def test_tokens_are_coloured_by_quarters_and_seeds_stand_side_by_side():
    found = drawn(ADDITION, of="W_E", methods=["pca", "nmf"])
    assert list(found) == ["reduction-w-e-pca", "reduction-w-e-nmf"]
    series = found["reduction-w-e-pca"].series
    assert [s.name for s in series] == ["tokens 0 to 0", "tokens 1 to 2", "tokens 3 to 4", "tokens 5 to 6"]
    assert series[1].text == ["token 1, seed 0", "token 2, seed 0", "token 1, seed 1", "token 2, seed 1"]
    assert all(0 <= x <= 1 for x in series[1].x[:2]) and all(1.25 <= x <= 2.25 for x in series[1].x[2:])


@pytest.mark.parametrize(
    ("base", "of"), [(ADDITION, "W_in"), (ADDITION, "W_out"), (ADDITION, "neurons"), (MLP, "W_in")]
)
def test_neurons_are_the_points_of_what_they_read_write_and_do(base, of):
    found = drawn(base, of=of)
    (panel,) = found.values()
    n_neurons = {"transformer": 16, "mlp": 8}[base["model"]["name"]]
    assert sum(len(series.x) for series in panel.series) == 2 * n_neurons
    assert all(math.isfinite(x) for series in panel.series for x in series.x)


def test_outputs_are_the_columns_of_the_unembedding():
    found = drawn(MLP, of="W_U")
    assert sum(len(s.x) for s in found["reduction-w-u-pca"].series) == 2 * 7


def test_a_matrix_that_is_not_there_does_not_fit():
    task = ModularAddition(modulus=7)
    assert not DimensionalityReduction(of="W_E").fits(task, MlpSpec())
    assert not DimensionalityReduction(of="W_in").fits(task, TransformerSpec(d_mlp=0))
    assert DimensionalityReduction(of="W_in").fits(task, MlpSpec())
