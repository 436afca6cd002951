"""One factory and one interface for every family."""

from typing import get_args

import pytest
import torch

from experiments.recipe.combined import Mixture
from experiments.recipe.costs import parameter_count
from experiments.recipe.interventions import ParameterName
from experiments.recipe.models import Mlp, ToyModel, Transformer
from experiments.recipe.tasks import FeatureReconstruct, IclRegression, ModularAddition, PreviousToken
from tests.workers.science.runs import FAMILIES, recipe
from workers.science.bridge import to_transformer_lens
from workers.science.model import Model
from workers.science.models import build_model
from workers.science.setup import set_up

ADDITION, FEATURES = ModularAddition(modulus=13), FeatureReconstruct(n_features=9)
BOTH = Mixture.model_validate(
    {
        "parts": [
            {"name": "add", "task": ADDITION},
            {"name": "sub", "task": {"name": "modular-subtraction", "modulus": 13}},
        ]
    }
)
PAIRS = [
    (Transformer(d_model=16, n_heads=2), BOTH),
    (Mlp(d_mlp=12), BOTH),
    (Mlp(d_mlp=12, inputs="embedded-concat", d_embed=5), BOTH),
    (Transformer(n_layers=2, d_model=16, n_heads=2, normalization="LN", biases=True), ADDITION),
    (Transformer(d_model=16, n_heads=2, d_mlp=0, positions="rotary"), PreviousToken(vocabulary=9, length=5)),
    (Transformer(n_layers=0, d_model=16, n_heads=2, biases=True), PreviousToken(vocabulary=9, length=5)),
    (Transformer(d_model=16, n_heads=2, d_mlp=12), IclRegression(dims=3, points=5)),
    (Mlp(d_mlp=12), ADDITION),
    (Mlp(d_mlp=12, biases=True, n_layers=3), ADDITION),
    (Mlp(d_mlp=12, inputs="embedded-sum", d_embed=5, tied=True), ADDITION),
    (Mlp(d_mlp=12, inputs="embedded-concat", d_embed=5, tied=True, biases=True), ADDITION),
    (ToyModel(d_hidden=4), FEATURES),
    (ToyModel(d_hidden=4, variant="absolute-value"), FEATURES),
]


@pytest.mark.parametrize(("spec", "task"), PAIRS, ids=str)
def test_the_parameters_are_as_many_as_the_budget_says(spec, task):
    shapes = build_model(spec, task).shapes.values()
    assert sum(torch.Size(shape).numel() for shape in shapes) == parameter_count(task, spec)


@pytest.mark.parametrize(("spec", "task"), PAIRS, ids=str)
def test_the_recipe_knows_the_matrices_that_edits_can_name(spec, task):
    kinds = [name.rpartition(".")[2] for name in build_model(spec, task).shapes]
    assert set(spec.matrices) == {kind for kind in kinds if kind.startswith("W")}
    assert set(spec.matrices) <= set(get_args(ParameterName))


@pytest.mark.parametrize("base", FAMILIES.values(), ids=FAMILIES)
def test_answers_are_what_the_plain_pass_says_there(base):
    setup = set_up(recipe(base), (0, 1), torch.device("cpu"))
    assert isinstance(setup.model, Model)
    weights = {name: weight.double() for name, weight in setup.model.initial_weights([0, 1]).items()}
    inputs = setup.splits["test"].inputs
    inputs = inputs.double() if inputs.is_floating_point() else inputs
    everywhere, _ = setup.model.run(weights, inputs)
    answers = setup.model.answer_outputs(weights, inputs, setup.answer_positions)
    assert answers.shape == (2, inputs.shape[1], len(setup.answer_positions), setup.model.d_out)
    there = everywhere if everywhere.shape[2] == 1 else everywhere[:, :, list(setup.answer_positions)]
    torch.testing.assert_close(answers, there, atol=1e-12, rtol=0)


@pytest.mark.parametrize("base", FAMILIES.values(), ids=FAMILIES)
def test_the_first_weights_of_a_seed_do_not_depend_on_the_other_seeds(base):
    model = build_model(recipe(base).model, recipe(base).task)
    alone, among_others = model.initial_weights([5]), model.initial_weights([3, 5])
    assert all(torch.equal(alone[name][0], among_others[name][1]) for name in alone)


@pytest.mark.parametrize(("spec", "task"), [(Mlp(), ADDITION), (ToyModel(), FEATURES)], ids=str)
def test_only_transformers_become_a_transformer_lens_bridge(spec, task):
    model = build_model(spec, task)
    with pytest.raises(TypeError, match=f"has transformers only, so a {type(spec).__name__} cannot become one"):
        to_transformer_lens(model, {})
