"""The plots of superposition and of in-context regression, and the spectrum of a network without an embedding."""

import pytest
import torch

from experiments.recipe.tasks import FeatureReconstruct
from tests.workers.science.runs import MLP, REGRESSION, SUPERPOSITION, MemoryArchive, carry_out, of_kind, recipe
from workers.science.events import Analysed
from workers.science.fourier import frequency_norms
from workers.science.randomness import generator
from workers.science.tasks import build_dataset


def panels(base, name, **changes):
    archive = MemoryArchive()
    events = carry_out(recipe(base, analyses=[{"name": name}], **changes), archive=archive)
    return {event.panel.key: event.panel for event in of_kind(Analysed, events)}, archive


def test_products_of_the_directions_are_shown_for_every_checkpoint_and_seed():
    found, archive = panels(SUPERPOSITION, "feature-directions")
    products = found["feature-products"]
    assert [frame.step for frame in products.frames] == [0, 5, 10, 20]
    assert [grid.seed for grid in products.frames[-1].grids] == [0, 1]
    w = archive.checkpoints[20]["W"][1].double()
    assert torch.tensor(products.frames[-1].grids[1].z).numpy() == pytest.approx((w @ w.T).numpy(), abs=1e-6)


def test_directions_in_the_plane_are_points_of_the_features():
    found, archive = panels(SUPERPOSITION, "feature-directions")
    (first, _) = found["feature-directions"].frames[-1].series
    assert first.text == ["feature 0", "feature 1", "feature 2", "feature 3"]
    assert first.x == pytest.approx(archive.checkpoints[20]["W"][0, :, 0].tolist())


def test_directions_in_more_dimensions_have_no_plane():
    found, _ = panels(SUPERPOSITION, "feature-directions", model={"name": "toy-model", "d_hidden": 3})
    assert list(found) == ["feature-products"]


def test_training_examples_are_shown_where_the_hidden_layer_puts_them():
    task = SUPERPOSITION["task"] | {"n_examples": 3}
    found, archive = panels(SUPERPOSITION, "data-directions", task=task)
    shown = {(series.name, series.seed): series for series in found["data-directions"].frames[-1].series}
    assert set(shown) == {(name, seed) for name in ("training examples", "features") for seed in (0, 1)}
    examples = build_dataset(FeatureReconstruct(**task), generator(1, "data")).train.inputs[:, 0]
    hidden = examples @ archive.checkpoints[20]["W"][1]
    assert shown["training examples", 1].x == pytest.approx(hidden[:, 0].tolist(), abs=1e-6)
    assert shown["training examples", 1].text == ["training example 0", "training example 1", "training example 2"]


def test_the_in_context_curve_puts_the_network_beside_its_baselines():
    found, _ = panels(REGRESSION, "in-context-curve")
    curves = {(s.name, s.seed): s.y for s in found["in-context-curve"].series}
    assert {name for name, _ in curves} == {"network", "least squares", "averaging", "answering 0"}
    assert curves["least squares", 0][2:] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert curves["averaging", 1][0] == curves["answering 0", 1][0]
    assert all(len(errors) == 4 for errors in curves.values())


@pytest.mark.parametrize(
    ("model", "weight"), [({"name": "mlp", "d_mlp": 8}, "layers.0.W_in"), (MLP["model"], "embed.W_E")], ids=str
)
def test_the_spectrum_of_an_mlp_is_of_what_reads_the_first_operand(model, weight):
    found, archive = panels(MLP, "fourier-spectrum", model=model)
    last = found["fourier-spectrum-embedding"].frames[-1].series
    assert last[1].y == pytest.approx(frequency_norms(archive.checkpoints[20][weight][1, :7]).tolist())
