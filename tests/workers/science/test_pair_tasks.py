"""Products, quotients and permutations on every pair."""

import itertools

import pytest
import torch

from experiments.recipe import InvalidRecipe, recipe_from_data
from experiments.recipe.tasks import GroupComposition, ModularDivision, ModularMultiplication
from tests.workers.science.runs import ADDITION, carry_out, measured, recipe
from workers.science.randomness import generator
from workers.science.tasks import build_dataset

S4 = list(itertools.permutations(range(4)))
TASKS = {
    "product": (
        ModularMultiplication(modulus=7, train_fraction=0.4),
        lambda a, b, c: a * b % 7 == c,
        [(a, b) for a in range(1, 7) for b in range(1, 7)],
    ),
    "quotient": (
        ModularDivision(modulus=7, train_fraction=0.4),
        lambda a, b, c: b * c % 7 == a,
        [(a, b) for a in range(7) for b in range(1, 7)],
    ),
    "permutations": (
        GroupComposition(degree=4, train_fraction=0.4),
        lambda a, b, c: S4[c] == tuple(S4[a][S4[b][i]] for i in range(4)),
        list(itertools.product(range(24), repeat=2)),
    ),
}


@pytest.mark.parametrize("name", TASKS)
def test_the_answer_is_what_the_operation_makes_of_the_pair(name):
    spec, is_right, _ = TASKS[name]
    dataset = build_dataset(spec, generator(0, "data"))
    for examples in (dataset.train, dataset.test):
        for (a, b, equals), (c,) in zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True):
            assert is_right(a, b, c) and equals == spec.d_vocab - 1 and c < spec.d_vocab_out
    assert dataset.answer_positions == (2,)


@pytest.mark.parametrize("name", TASKS)
def test_every_pair_is_shared_out_once(name):
    spec, _, pairs = TASKS[name]
    dataset = build_dataset(spec, generator(0, "data"))
    found = torch.cat([dataset.train.inputs, dataset.test.inputs])[:, :2].tolist()
    assert sorted(map(tuple, found)) == pairs and len(pairs) == spec.n_pairs
    assert (len(dataset.train), len(dataset.test)) == (spec.n_train, spec.n_test)


@pytest.mark.parametrize("name", TASKS)
def test_the_split_is_a_function_of_the_seed(name):
    spec = TASKS[name][0]
    first, again, other = (build_dataset(spec, generator(seed, "data")).train.inputs for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_dividing_modulo_a_composite_number_is_refused():
    with pytest.raises(InvalidRecipe, match="task.modulus: 9 is not a prime.*such as 7 and 11"):
        recipe_from_data(ADDITION | {"task": {"name": "modular-division", "modulus": 9}})


@pytest.mark.parametrize("task", ["modular-multiplication", "modular-division", "group-composition"])
def test_what_assumes_sums_or_differences_is_refused(task):
    spectrum = {"task": {"name": task}, "analyses": [{"name": "fourier-spectrum"}]}
    with pytest.raises(InvalidRecipe, match="'fourier-spectrum' needs modular addition or subtraction"):
        recipe_from_data(ADDITION | spectrum)
    measured_on_sums = {"task": {"name": task}, "measures": [{"name": "restricted-loss"}]}
    with pytest.raises(InvalidRecipe, match="'restricted-loss' needs modular addition or subtraction"):
        recipe_from_data(ADDITION | measured_on_sums)
    restricted = {"task": {"name": task}, "interventions": [{"name": "fourier-loss", "coefficient": 1.0}]}
    with pytest.raises(InvalidRecipe, match="'fourier-loss' needs a modular task"):
        recipe_from_data(ADDITION | restricted)


@pytest.mark.parametrize("model", [{"name": "transformer", "d_model": 16}, {"name": "mlp", "d_mlp": 32}])
def test_permutations_are_learned(model):
    task = {"name": "group-composition", "degree": 3, "train_fraction": 0.5}
    training = {"steps": 60, "learning_rate": 1e-2, "weight_decay": 0.0}
    losses = measured(carry_out(recipe(task=task, model=model, training=training)), "loss")
    assert losses[60] < 0.2 * losses[0]
