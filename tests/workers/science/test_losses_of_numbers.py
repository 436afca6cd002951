"""The squared error and its parts where they are known, and networks that reach a known loss."""

import pytest
import torch

from experiments.recipe.measures import ExcessLoss, Loss, LossPerFeature, LossPerPosition
from experiments.recipe.models import ToyModel, Transformer
from experiments.recipe.tasks import FeatureReconstruct, IclRegression
from tests.workers.science.runs import SUPERPOSITION, carry_out, measured, recipe
from workers.science.dataset import stacked
from workers.science.evaluation import Snapshot
from workers.science.in_context_methods import METHODS, averaging, least_squares, prompt, squared_errors
from workers.science.measures import measure
from workers.science.models import build_model
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.training.loss import loss_function

CPU = torch.device("cpu")
REGRESSION = IclRegression(dims=3, points=6, n_test=500)


def snapshot(task, outputs):
    """A moment at which a network gives these outputs on the test set of one seed."""
    test = stacked([build_dataset(task, generator(0, "data")).test])
    model = build_model(ToyModel() if task.reads == "features" else Transformer(), task)
    loss = loss_function(task, torch.float64, CPU)
    return Snapshot(
        model, {}, {"test": test}, tuple(range(0, task.n_ctx, 2)), loss, (), {"test": outputs(test)}, task=task
    )


def test_a_perfect_network_has_no_loss():
    for task in (REGRESSION, FeatureReconstruct(n_features=4, n_test=50)):
        assert measure(Loss(), snapshot(task, lambda test: test.labels))[""].tolist() == [0.0]


def test_importance_weighs_each_feature():
    task = FeatureReconstruct(n_features=3, importance=0.5, n_test=10)
    off = snapshot(task, lambda test: test.labels + torch.tensor([2.0, 2.0, 4.0]))
    assert measure(Loss(), off)[""].item() == pytest.approx(4 + 0.5 * 4 + 0.25 * 16, rel=1e-6)
    apart = measure(LossPerFeature(), off)
    assert {name: value.item() for name, value in apart.items()} == pytest.approx(
        {"feature 0": 4.0, "feature 1": 4.0, "feature 2": 16.0}
    )


def test_losses_at_the_positions_have_the_loss_as_their_mean():
    off = snapshot(REGRESSION, lambda test: test.labels + torch.arange(6.0)[:, None])
    apart = [value.item() for value in measure(LossPerPosition(), off).values()]
    assert apart == pytest.approx([0.0, 1.0, 4.0, 9.0, 16.0, 25.0], rel=1e-5)
    assert measure(Loss(), off)[""].item() == pytest.approx(sum(apart) / 6)


def test_least_squares_is_exact_with_as_many_pairs_as_dimensions():
    test = stacked([build_dataset(REGRESSION, generator(0, "data")).test])
    errors = squared_errors(METHODS["least squares"], *prompt(test.inputs, test.labels))[0] / REGRESSION.dims
    # the part of w outside the k directions seen: max(0, 1 - k / D)
    assert errors.tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0, 0, 0], abs=0.12)
    assert errors[3:].max() < 1e-6


def test_baselines_are_their_formulas():
    generator = torch.Generator().manual_seed(0)
    for k in (2, 7):
        x, y = (torch.randn(5, *shape, generator=generator).double() for shape in ((k, 4), (k,)))
        pseudo_inverse = (torch.linalg.pinv(x) @ y[..., None])[..., 0]
        torch.testing.assert_close(least_squares(x, y), pseudo_inverse, atol=1e-8, rtol=0)
        torch.testing.assert_close(averaging(x, y), torch.einsum("nkd,nk->nd", x, y) / k)


def test_a_network_that_does_least_squares_has_no_excess():
    test = stacked([build_dataset(REGRESSION, generator(0, "data")).test])
    x, y = prompt(test.inputs, test.labels)
    answers = [torch.zeros_like(y[..., :1])]
    answers += [(least_squares(x[..., :k, :], y[..., :k]) * x[..., k, :]).sum(-1, keepdim=True) for k in range(1, 6)]
    excess = measure(ExcessLoss(), snapshot(REGRESSION, lambda _: torch.cat(answers, -1)[..., None]))
    assert list(excess) == ["", *(f"k={k}" for k in range(6))]
    assert max(abs(value.item()) for value in excess.values()) < 1e-9


def test_the_excess_over_another_method_goes_by_its_name():
    right = snapshot(REGRESSION, lambda test: test.labels)
    excess = measure(ExcessLoss(against="averaging"), right)
    assert list(excess) == ["averaging", *(f"averaging k={k}" for k in range(6))]
    assert excess["averaging k=0"].item() == pytest.approx(-REGRESSION.dims, rel=0.2)  # averaging nothing says 0


def test_dense_features_are_given_back_as_principal_components_do():
    """Without sparsity m of n equally important features fit, and the others cost their variance, 1/12 each."""
    dense = recipe(
        SUPERPOSITION,
        task={"name": "feature-reconstruct", "n_features": 5, "sparsity": 0.0, "n_test": 4096},
        model={"name": "toy-model", "d_hidden": 2},
        training={"steps": 1500, "batch": 512, "learning_rate": 5e-3, "weight_decay": 0.0, "loss_dtype": "float32"},
        measures=[{"name": "loss"}],
    )
    for place in (0, 1):
        losses = measured(carry_out(dense), "loss", place)
        assert losses[1500] == pytest.approx(3 / 12, rel=0.02)
