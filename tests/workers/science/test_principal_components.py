import math

import pytest
import torch

from tests.workers.science.runs import MemoryArchive, carry_out, of_kind, recipe
from workers.science.analyses.principal_components import principal_components
from workers.science.events import Analysed


def test_points_on_a_line_have_one_component():
    direction = torch.tensor([3.0, 4.0, 0.0])
    points = torch.tensor([-2.0, 0.0, 1.0, 1.0])[:, None] * direction + 7
    found = principal_components([points[None]], 2)
    torch.testing.assert_close(found.scores[0, :, 0].abs(), torch.tensor([10.0, 0.0, 5.0, 5.0]).double())
    assert found.explained[0].tolist() == pytest.approx([1.0, 0.0], abs=1e-12)


def test_an_ellipse_has_its_axes_as_components_with_their_variances():
    angle = torch.arange(360).double() * math.pi / 180
    basis = torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(0)).double()).Q[:2]
    points = torch.stack([3 * angle.cos(), angle.sin()], 1) @ basis
    found = principal_components([points[None]], 2)
    torch.testing.assert_close(found.scores[0].square().amax(0), torch.tensor([9.0, 1.0]).double(), atol=1e-9, rtol=0)
    assert found.explained[0].tolist() == pytest.approx([0.9, 0.1])


def test_pieces_of_the_features_give_what_the_whole_gives():
    features = torch.randn(2, 6, 40, generator=torch.Generator().manual_seed(0))
    whole, pieces = principal_components([features], 3), principal_components(features.split(7, dim=-1), 3)
    torch.testing.assert_close(pieces.scores, whole.scores, atol=1e-9, rtol=0)


def test_distances_between_points_are_kept():
    features = torch.randn(1, 5, 30, generator=torch.Generator().manual_seed(0)).double()
    scores = principal_components([features], 4).scores
    torch.testing.assert_close(torch.cdist(scores, scores), torch.cdist(features, features))


def test_a_path_that_does_not_move_explains_nothing():
    found = principal_components([torch.ones(1, 4, 3)], 2)
    assert not found.scores.any()
    assert not found.explained.any()


@pytest.mark.parametrize("of", ["logits", "weights"])
def test_the_panels_show_every_seed_and_checkpoint(of):
    events = carry_out(recipe(analyses=[{"name": "pca-over-training", "of": of}]))
    path, steps, explained = (event.panel for event in of_kind(Analysed, events))
    assert [(series.seed, len(series.x), series.text[1]) for series in path.series] == [
        (0, 4, "step 5"),
        (1, 4, "step 5"),
    ]
    assert [series.name for series in steps.series] == ["PC 1", "PC 2", "PC 3"] * 2
    assert steps.series[0].x == [0, 5, 10, 20]
    assert all(sum(series.y) <= 1 + 1e-9 for series in explained.series)


def test_a_path_of_too_many_points_is_thinned_out_but_for_its_end(monkeypatch):
    monkeypatch.setattr("workers.science.analyses.pca_over_training.MAX_VALUES", 12)
    events = carry_out(recipe(analyses=[{"name": "pca-over-training", "n_components": 3}]))
    path, steps, _ = (event.panel for event in of_kind(Analysed, events))
    assert path.series[0].text == ["step 5", "step 20"]
    assert steps.series[0].x == [20]


@pytest.mark.parametrize("of", ["logits", "weights"])
def test_small_memory_changes_nothing(of, monkeypatch):
    """Checkpoints loaded and evaluated one by one, and features in small pieces."""
    asked = recipe(analyses=[{"name": "pca-over-training", "of": of}])
    at_once = of_kind(Analysed, carry_out(asked, archive=MemoryArchive()))[0].panel.series[0]
    monkeypatch.setattr("workers.science.trajectory.MAX_WEIGHTS", 1)
    monkeypatch.setattr("workers.science.trajectory.MAX_FEATURES", 200)
    monkeypatch.setattr("workers.science.trajectory.MAX_ACTIVATIONS", 1)
    in_pieces = of_kind(Analysed, carry_out(asked))[0].panel.series[0]
    assert in_pieces.x == pytest.approx(at_once.x, rel=1e-4)
