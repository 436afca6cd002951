"""Probes on features of which it is known what can be read off them, and how."""

import pytest
import torch

from experiments.recipe.tasks import IGNORED
from workers.science.probes import accuracy, fit_hidden_layer, fit_linear, majority_accuracy
from workers.science.randomness import generator

N_ROWS = 800
QUICK = {"n_hidden": 32, "n_steps": 120}


def normal(*shape):
    return torch.randn(shape, generator=generator(0, "features"))


def halves(tensor):
    return tensor[:, : N_ROWS // 2], tensor[:, N_ROWS // 2 :]


def held_out(fit, features, classes, **options):
    (x, held_x), (y, held_y) = halves(features), halves(classes)
    return accuracy(fit(x, y, 3, **options), held_x, held_y)


def test_three_classes_along_two_directions_are_told_linearly_for_every_seed_and_item():
    features = normal(2, N_ROWS, 8)
    true = normal(2, 8, 5, 3)
    classes = torch.einsum("srf,sfic->sric", features, true).argmax(-1)
    assert (held_out(fit_linear, features, classes) > 0.93).all()


def test_the_middle_of_three_classes_on_a_line_is_not_overlooked():
    """Least squares on indicators would never answer the middle one."""
    features = torch.rand((1, N_ROWS, 1), generator=generator(0, "line"))
    assert held_out(fit_linear, features, (3 * features).long()).item() > 0.9


def test_an_exclusive_or_needs_the_hidden_layer():
    features = normal(2, N_ROWS, 2)
    classes = (features[..., :1] * features[..., 1:2] > 0).long()
    assert (held_out(fit_linear, features, classes) < 0.65).all()
    assert (held_out(fit_hidden_layer, features, classes, **QUICK) > 0.9).all()


@pytest.mark.parametrize(("fit", "options"), [(fit_linear, {}), (fit_hidden_layer, QUICK)])
def test_labels_that_have_nothing_to_do_with_the_features_are_told_at_chance(fit, options):
    classes = torch.randint(3, (1, N_ROWS, 20), generator=generator(0, "labels"))
    assert held_out(fit, normal(1, N_ROWS, 4), classes, **options).mean().item() == pytest.approx(1 / 3, abs=0.03)


def test_ignored_labels_neither_teach_nor_count():
    features = normal(1, N_ROWS, 3)
    classes = (features[..., :2] > 0).long()
    classes[:, ::2, 0] = IGNORED
    wrong = torch.where(classes == IGNORED, 2, classes)
    x, y = features[:, :400], classes[:, :400]
    for fit, options in ((fit_linear, {}), (fit_hidden_layer, QUICK)):
        probe = fit(x, y, 3, **options)
        assert (accuracy(probe, features[:, 400:], classes[:, 400:]) > 0.9).all()
        assert accuracy(probe, features[:, 400:], wrong[:, 400:])[0, 0] < 0.6


def test_directions_point_along_what_is_told_whatever_the_scale_of_the_features():
    features = normal(1, N_ROWS, 4) * torch.tensor([100.0, 1.0, 0.01, 1.0]) + 7
    told = features[..., 0] / 100 + (features[..., 2] - 7) * 100 > 0.07
    direction = fit_linear(features, told.long()[..., None], 2).directions[0, :, 0, 1]
    assert direction[0] * 100 == pytest.approx((direction[2] * 0.01).item(), rel=0.1)


def test_a_constant_feature_does_no_harm():
    features = torch.cat([normal(1, N_ROWS, 2), torch.full((1, N_ROWS, 1), 5.0)], dim=-1)
    assert held_out(fit_linear, features, (features[..., :1] > 0).long()).item() > 0.97


def test_the_majority_is_that_of_the_rows_fitted_to():
    fitted = torch.tensor([[[0, 2], [0, 2], [1, IGNORED]]])
    scored = torch.tensor([[[0, 2], [1, 1], [1, IGNORED]]])
    assert majority_accuracy(fitted, scored).tolist() == [[pytest.approx(1 / 3), 0.5]]


def test_the_same_probe_is_found_again():
    features, classes = normal(1, N_ROWS, 3), torch.randint(2, (1, N_ROWS, 2), generator=generator(0, "labels"))
    first, again = (fit_hidden_layer(features, classes, 2, 8, n_steps=3).logits(features) for _ in range(2))
    assert torch.equal(first, again)
