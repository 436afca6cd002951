"""Functions in context: each family against what defines it, and each method where the best answer is known."""

import itertools
import math

import pytest
import torch

from experiments.recipe.tasks import IclNetwork, IclRegression, IclSparse, IclTree
from workers.science.in_context_methods import METHODS, greedy_tree, kernel_regression, lasso, prompt, squared_errors
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.tasks.in_context import values_of_trees

SPARSE = IclSparse(dims=6, points=12, nonzero=2, n_test=300)
NETWORK = IclNetwork(dims=3, points=12, hidden=1, n_test=300)
TREE = IclTree(dims=5, points=200, depth=2, n_test=100)


def pairs(spec, seed=0):
    test = build_dataset(spec, generator(seed, "data")).test
    return prompt(test.inputs, test.labels)


def errors(method, spec):
    """Mean squared error of a method at each point of the test examples."""
    x, y = (values[None] for values in pairs(spec))
    return squared_errors(METHODS[method], x, y)[0]


@pytest.mark.parametrize("family", [IclRegression, IclSparse, IclNetwork, IclTree])
def test_the_values_have_the_stated_variance(family):
    spec = family(dims=8, points=6, n_test=4000)
    _, y = pairs(spec)
    assert y.mean().item() == pytest.approx(0, abs=0.1 * math.sqrt(spec.variance))
    assert y.square().mean().item() == pytest.approx(spec.variance, rel=0.12)


def test_so_many_entries_of_a_sparse_function_are_not_zero_as_asked_for():
    x, y = pairs(SPARSE)
    w = torch.linalg.lstsq(x, y[..., None]).solution[..., 0]
    assert ((w.abs() > 1e-4).sum(1) == 2).all()
    assert (w.abs() > 1e-4).double().mean(0).tolist() == pytest.approx([1 / 3] * 6, abs=0.1)


def test_a_network_with_one_neuron_is_flat_on_one_side_of_a_plane_and_linear_on_the_other():
    x, y = pairs(NETWORK)
    assert (y == 0).double().mean().item() == pytest.approx(0.5, abs=0.05)
    for example in range(20):
        active = y[example] != 0
        if active.sum() > 3:
            w = torch.linalg.lstsq(x[example, active], y[example, active, None]).solution
            assert (x[example, active] @ w)[:, 0].tolist() == pytest.approx(y[example, active].tolist(), abs=1e-4)


def test_trees_are_walked_as_a_plain_loop_walks_them():
    x, draw = torch.randn(4, 30, 5), torch.Generator().manual_seed(0)
    questions, leaves = torch.randint(5, (4, 7), generator=draw), torch.randn(4, 8, generator=draw)
    found = values_of_trees(x, questions, leaves)
    for example, point in itertools.product(range(4), range(30)):
        node = 0
        while node < 7:
            node = 2 * node + (2 if x[example, point, questions[example, node]] > 0 else 1)
        assert found[example, point, 0] == leaves[example, node - 7]


def test_a_tree_has_as_many_values_as_leaves_that_are_reached():
    _, y = pairs(TREE)
    assert all(2 <= len(set(values.tolist())) <= 4 for values in y)


def test_lasso_finds_a_sparse_function_from_fewer_pairs_than_least_squares():
    by_lasso, by_least_squares = errors("lasso", SPARSE), errors("least squares", SPARSE)
    assert by_lasso[4] < 0.6 * by_least_squares[4]
    assert by_lasso[6:].max() < 0.05 * SPARSE.variance


def test_lasso_of_orthogonal_inputs_shrinks_each_entry_by_the_penalty():
    x = math.sqrt(3) * torch.eye(3).double()[None]  # X^T X / k is the identity
    w = torch.tensor([[2.0, 0.005, -1.0]]).double()
    assert lasso(x, (x @ w[..., None])[..., 0])[0].tolist() == pytest.approx([1.99, 0.0, -0.99])


def test_a_kernel_regression_knows_the_pairs_it_has_seen_and_scales_with_the_input():
    x, y = pairs(NETWORK)
    assert kernel_regression(x, y, x[:, 3]).tolist() == pytest.approx(y[:, 3].tolist(), abs=1e-3)
    assert kernel_regression(x, y, 2 * x[:, 3]).tolist() == pytest.approx((2 * y[:, 3]).tolist(), abs=1e-3)


def test_the_kernel_is_the_covariance_of_random_networks():
    """After one pair (u, y), the best linear prediction at v is y Cov(u, v) / Var(u)."""
    u, v = torch.randn(2, 1, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    w = torch.randn(200_000, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    at_u, at_v = (w @ u[0]).relu(), (w @ v[0]).relu()
    expected = (at_u @ at_v / (at_u @ at_u)).item()
    assert kernel_regression(u[None], torch.ones(1, 1).double(), v).item() == pytest.approx(expected, abs=0.02)


def test_a_greedy_tree_finds_the_one_question_of_a_stump():
    x = torch.randn(20, 60, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    y = torch.where(x[..., 2] > 0, 1.5, -0.5)
    assert greedy_tree(x[:, 1:], y[:, 1:], x[:, 0]).tolist() == pytest.approx(y[:, 0].tolist())


def test_a_greedy_tree_beats_least_squares_on_trees():
    x, y = (values[None] for values in pairs(TREE))
    few = (x[:, :, :60], y[:, :, :60])
    by_tree, by_least_squares = (squared_errors(METHODS[m], *few)[0, -10:].mean() for m in TREE.methods)
    assert by_tree < 0.3 * by_least_squares


def test_more_entries_than_numbers_are_refused():
    with pytest.raises(ValueError, match="nonzero"):
        IclSparse(dims=2, nonzero=3)
