"""Tasks that are read or answered in real numbers."""

import pytest
import torch

from experiments.recipe.tasks import FeatureReconstruct, IclRegression
from workers.science.randomness import generator
from workers.science.tasks import build_dataset

FEATURES = FeatureReconstruct(n_features=6, sparsity=0.8, n_test=4000)
REGRESSION = IclRegression(dims=3, points=5, n_test=2000)


def dataset(spec, seed=0):
    return build_dataset(spec, generator(seed, "data"))


def test_features_are_zero_as_often_as_the_sparsity_says_and_else_uniform():
    features = dataset(FEATURES).test.inputs
    assert (features == 0).float().mean().item() == pytest.approx(0.8, abs=0.01)
    there = features[features != 0]
    assert there.min() > 0
    assert there.max() < 1
    assert there.mean().item() == pytest.approx(0.5, abs=0.01)
    assert there.var().item() == pytest.approx(1 / 12, abs=0.005)


def test_features_are_to_be_given_back_or_their_absolute_values():
    identity = dataset(FEATURES).test
    assert torch.equal(identity.inputs, identity.labels)
    signed = dataset(FEATURES.model_copy(update={"target": "abs"})).test
    assert torch.equal(signed.inputs.abs(), signed.labels)
    assert signed.inputs.min() < -0.9 and signed.inputs.max() > 0.9


def test_a_fixed_training_set_is_drawn_once_and_shares_no_example_with_the_test_set():
    spec = FeatureReconstruct(n_features=6, sparsity=0.2, n_examples=50, n_test=200)
    train, test = dataset(spec).train, dataset(spec).test
    assert spec.n_train == len(train) == 50
    assert torch.equal(train.inputs, dataset(spec).train.inputs)
    assert not torch.equal(train.inputs, dataset(spec, seed=1).train.inputs)
    assert set(map(tuple, train.inputs[:, 0].tolist())).isdisjoint(map(tuple, test.inputs[:, 0].tolist()))


def test_examples_of_unit_length_keep_their_direction_and_an_empty_one_stays_empty():
    plain = dataset(FEATURES).test.inputs
    scaled = dataset(FEATURES.model_copy(update={"unit_length": True})).test.inputs
    lengths = plain.norm(dim=-1, keepdim=True)
    assert (lengths == 0).any() and torch.equal(scaled[lengths[..., 0] == 0], plain[lengths[..., 0] == 0])
    torch.testing.assert_close(scaled * lengths, plain)


def test_importance_falls_by_a_constant_factor():
    assert FeatureReconstruct(n_features=3, importance=0.5).importances == (1.0, 0.5, 0.25)


def test_pairs_are_laid_out_one_after_the_other_and_lie_on_one_plane():
    test = dataset(REGRESSION).test
    assert dataset(REGRESSION).answer_positions == (0, 2, 4, 6, 8)
    assert torch.equal(test.inputs[:, 1::2, 0], test.labels[:, :-1, 0])
    assert not test.inputs[:, 1::2, 1:].any()
    x, y = test.inputs[:, 0::2], test.labels
    w = torch.linalg.solve(x[:, :3].double(), y[:, :3].double())  # three points fix the plane
    assert ((x.double() @ w) - y).abs().median() < 1e-5


def test_the_noise_has_the_deviation_asked_for():
    noisy, clean = REGRESSION.model_copy(update={"noise": 0.5}), REGRESSION
    difference = dataset(noisy).test.labels - dataset(clean).test.labels
    assert difference.std().item() == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize("spec", [FEATURES, REGRESSION], ids=lambda spec: spec.name)
def test_the_spec_tells_the_sizes_of_the_data(spec):
    test = dataset(spec).test
    assert test.inputs.shape == (spec.n_test, spec.n_ctx, spec.d_in)
    assert test.labels.shape == (spec.n_test, spec.n_answers, spec.d_out)


@pytest.mark.parametrize("spec", [FEATURES, REGRESSION], ids=lambda spec: spec.name)
def test_fresh_examples_depend_on_the_generator_alone(spec):
    draw = dataset(spec).train
    first, again, other = (draw(generator(0, "batch", step), 4).inputs for step in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
