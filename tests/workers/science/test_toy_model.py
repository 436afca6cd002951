"""The toy models of superposition on weights made by hand."""

import itertools

import pytest
import torch

from experiments.recipe.models import ToyModel as ToyModelSpec
from experiments.recipe.tasks import FeatureReconstruct
from workers.science.models import build_model


def toy(n_features=3, **options):
    return build_model(ToyModelSpec(d_hidden=2, **options), FeatureReconstruct(n_features=n_features))


# features 0 and 1 own a dimension each, feature 2 is opposite to feature 0
W = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]])
WEIGHTS = {"W": W, "b": torch.zeros(1, 3)}


def outputs(model, weights, *features):
    return model.answer_outputs(weights, torch.tensor([[list(features)]]), (0,))[0, 0, 0].tolist()


def test_a_lone_feature_of_an_antipodal_pair_comes_back():
    assert outputs(toy(), WEIGHTS, [0.7, 0.0, 0.0]) == pytest.approx([0.7, 0.0, 0.0])
    assert outputs(toy(), WEIGHTS, [0.0, 0.0, 0.7]) == pytest.approx([0.0, 0.0, 0.7])


def test_opposite_features_together_cancel():
    assert outputs(toy(), WEIGHTS, [0.7, 0.5, 0.7]) == pytest.approx([0.0, 0.5, 0.0])


def test_without_activation_the_interference_is_seen():
    assert outputs(toy(activation="none"), WEIGHTS, [0.7, 0.0, 0.0]) == pytest.approx([0.7, 0.0, -0.7])


def test_the_absolute_value_takes_two_neurons_per_feature():
    weights = {
        "W_in": torch.tensor([[[1.0, -1.0]]]),
        "W_out": torch.tensor([[[1.0], [1.0]]]),
        "b": torch.zeros(1, 1),
    }
    task = FeatureReconstruct(n_features=2, target="abs")
    model = build_model(ToyModelSpec(d_hidden=2, variant="absolute-value"), task)
    assert outputs(model, weights, [-0.3]) == pytest.approx([0.3])
    assert outputs(model, weights, [0.8]) == pytest.approx([0.8])


@pytest.mark.parametrize("variant", ["relu-output", "absolute-value"])
def test_every_hook_point_can_be_recorded_and_edited(variant):
    model = toy(variant=variant)
    weights = {name: torch.ones(1, *shape) for name, shape in model.shapes.items()}
    features = torch.ones(1, 4, 1, 3)
    plain, recorded = model.run(weights, features, record=model.hook_names)
    assert [tuple(recorded[name].shape) for name in model.hook_names] == [(1, 4, 1, 2), (1, 4, 1, 2), (1, 4, 1, 3)]
    for name in model.hook_names:
        assert not torch.equal(model.run(weights, features, edit={name: torch.zeros_like})[0], plain)


def test_dropout_zeroes_its_share_in_training_alone_and_keeps_the_mean():
    hidden = torch.ones(2, 4000, 1, 2)
    model = toy(dropout=0.25)
    dropped = model.in_training([0, 1], step=3).drop(hidden)
    assert dropped.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
    assert model.drop is None
    assert toy().in_training([0, 1], step=3).drop is None


def test_dropout_depends_on_the_seed_and_the_step_alone():
    hidden, model = torch.ones(1, 50, 1, 2), toy(dropout=0.5)
    first = model.in_training([7], step=3).drop(hidden)
    assert torch.equal(first, model.in_training([7], step=3).drop(hidden))
    among_others = model.in_training([5, 7], step=3).drop(torch.ones(2, 50, 1, 2))
    assert torch.equal(first[0], among_others[1])
    for seed, step in itertools.product([7, 8], [3, 4]):
        is_same = torch.equal(first, model.in_training([seed], step=step).drop(hidden))
        assert is_same == ((seed, step) == (7, 3))


def test_first_weights_are_those_of_the_paper():
    weights = build_model(ToyModelSpec(d_hidden=40), FeatureReconstruct(n_features=160)).initial_weights([0, 1])
    assert weights["W"].var().item() == pytest.approx(2 / 200, rel=0.05)
    assert not weights["b"].any()
