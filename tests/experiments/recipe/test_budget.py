"""Costs worked out by hand."""

import pytest

from experiments.recipe import recipe_from_toml
from experiments.recipe.budget import SECONDS_PER_UPDATE, budget_of, phases_of
from experiments.recipe.costs import forward_flops, parameter_count, training_flops
from experiments.recipe.models import Mlp, ToyModel, Transformer
from experiments.recipe.tasks import FeatureReconstruct, ModularAddition


def test_parameters_of_the_published_grokking_model():
    task, model = ModularAddition(modulus=113), Transformer()
    embeddings = 114 * 128 + 3 * 128 + 128 * 113
    assert parameter_count(task, model) == embeddings + 4 * 128 * 128 + 2 * 128 * 512


@pytest.mark.parametrize(("n_examples", "n_projected", "scores"), [(2, 2, 0), (100, 6, 6 * 4 * 18)])
def test_forward_arithmetic_by_hand(n_examples, n_projected, scores):
    """The first layer projects each of 6 tokens once when there are more examples, and scores each of them as the query
    with the 6 tokens at 3 places; the answer is at one of these."""
    model = Transformer(d_model=4, n_heads=1, d_mlp=0)
    queries, keys_and_values = n_projected * 4 * 4, 2 * n_projected * 3 * 4 * 4
    out, unembed = n_examples * 4 * 4, n_examples * 4 * 5
    flops = 2 * (queries + keys_and_values + scores + out + unembed)
    assert forward_flops(ModularAddition(modulus=5), model, n_examples) == flops


def test_what_needs_no_gradient_costs_less_going_backward():
    """The features of a toy model are data; its second product needs gradients of both factors."""
    first, second = 2 * 10 * 6 * 3, 2 * 10 * 3 * 6
    flops = training_flops(FeatureReconstruct(n_features=6), ToyModel(d_hidden=3), 10)
    assert flops == 2 * first + 3 * second


def test_one_hot_inputs_are_looked_up_for_nothing():
    assert forward_flops(ModularAddition(modulus=5), Mlp(d_mlp=7), 10) == 2 * 10 * 7 * 5


def test_twice_the_seeds_cost_twice_the_arithmetic_and_bytes(toml):
    few = budget_of(recipe_from_toml(toml))
    many = budget_of(recipe_from_toml(toml.replace("[0, 1, 2]", "[0, 1, 2, 3, 4, 5]")))
    assert many.flops == 2 * few.flops
    assert many.artifact_bytes == 2 * few.artifact_bytes
    assert many.n_parameters == few.n_parameters


def test_grid_points_add_up_and_the_largest_sets_the_memory(toml):
    one = budget_of(recipe_from_toml(toml))
    swept = budget_of(recipe_from_toml(toml + '\n[sweep]\n"training.steps" = [100, 300]\n'))
    assert swept.n_shards == 2
    assert swept.memory_bytes == one.memory_bytes
    assert swept.flops > 2 * one.flops


def test_a_phase_that_shows_more_examples_costs_more(toml):
    task = """
name = "two-phase"
switch_at = 25
kept = 0.5
first = { name = "modular-addition", modulus = 7, train_fraction = 0.5 }
second = { name = "modular-subtraction", modulus = 7, train_fraction = 0.5 }"""
    recipe = recipe_from_toml(toml.replace('\nname = "modular-addition"\nmodulus = 7', task))
    assert [(phase.n_steps, phase.passes) for phase in phases_of(recipe)] == [(25, [24]), (75, [48])]


def test_a_fourier_loss_runs_the_network_on_all_pairs_too(toml):
    plain = recipe_from_toml(toml)
    with_loss = recipe_from_toml(toml + '\n[[interventions]]\nname = "fourier-loss"\ncoefficient = 1.0\n')
    assert [phase.passes for phase in phases_of(plain)] == [[15]]
    assert [phase.passes for phase in phases_of(with_loss)] == [[15, 49]]


def test_time_needs_a_known_rate(toml):
    budget = budget_of(recipe_from_toml(toml))
    assert budget.seconds_on(0.0) is None
    assert budget.seconds_on(budget.flops) == pytest.approx(1.0 + budget.n_updates * SECONDS_PER_UPDATE)
