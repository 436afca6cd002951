"""The MLP computes what its formulas say, with every option, and its inputs are one-hot vectors in all but cost."""

import itertools
from typing import Any

import pytest
import torch
from torch.nn.functional import one_hot

from experiments.recipe.models import Mlp as MlpSpec
from experiments.recipe.tasks import ModularAddition
from workers.science.models import build_model

P = 5
INPUTS: list[dict[str, Any]] = [
    {"inputs": "one-hot"},
    {"inputs": "embedded-sum", "d_embed": 3},
    {"inputs": "embedded-concat", "d_embed": 3},
]
GRID = [
    options | {"n_layers": n_layers, "biases": biases, "tied": tied}
    for options, n_layers, biases, tied in itertools.product(INPUTS, [1, 2], [False, True], [False, True])
    if not (tied and options["inputs"] == "one-hot")
]


def mlp(**options):
    return build_model(MlpSpec(d_mlp=7, **options), ModularAddition(modulus=P))


def some_weights(model, n_seeds=2):
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(n_seeds, *shape, generator=generator).double() for name, shape in model.shapes.items()}


def some_tokens(n_seeds=2):
    pairs = torch.randint(P, (n_seeds, 6, 2), generator=torch.Generator().manual_seed(2))
    return torch.cat([pairs, torch.full((n_seeds, 6, 1), P)], dim=-1)  # a, b, "="


def plain(options, weights, tokens, seed):
    """One seed, one-hot vectors and matrix products alone."""
    w = {name: weight[seed] for name, weight in weights.items()}
    x = one_hot(tokens[seed, :, :2], P).double()  # (example, operand, token)
    if options["inputs"] == "embedded-sum":
        x = (x @ w["embed.W_E"]).sum(1)
    elif options["inputs"] == "embedded-concat":
        x = (x @ w["embed.W_E"]).flatten(1)
    x = x.flatten(1)
    for layer in range(options["n_layers"]):
        x = torch.relu(x @ w[f"layers.{layer}.W_in"] + w.get(f"layers.{layer}.b_in", 0))
    x = x @ w["unembed.W_out"] @ w["embed.W_E"].T if options["tied"] else x @ w["unembed.W_U"]
    return x + w.get("unembed.b_U", 0)


@pytest.mark.parametrize("options", GRID, ids=str)
def test_logits_are_those_of_one_hot_vectors_and_matrix_products(options):
    model, tokens = mlp(**options), some_tokens()
    weights = some_weights(model)
    logits = model.answer_outputs(weights, tokens, (2,))
    assert logits.shape == (2, 6, 1, P)
    for seed in (0, 1):
        torch.testing.assert_close(logits[seed, :, 0], plain(options, weights, tokens, seed), atol=1e-10, rtol=0)


@pytest.mark.parametrize(("activation", "of_minus_two"), [("relu", 0.0), ("square", 4.0)])
def test_the_activation_stands_between_pre_and_post(activation, of_minus_two):
    model = mlp(activation=activation)
    pre = {"layers.0.hook_pre": lambda x: torch.full_like(x, -2.0)}
    _, recorded = model.run(some_weights(model), some_tokens(), record=["layers.0.hook_post"], edit=pre)
    assert (recorded["layers.0.hook_post"] == of_minus_two).all()


def test_every_hook_point_can_be_recorded_and_edited():
    model = mlp(inputs="embedded-concat", d_embed=3, n_layers=2)
    weights, tokens = some_weights(model), some_tokens()
    logits, recorded = model.run(weights, tokens, record=model.hook_names)
    assert {name: tuple(a.shape[2:]) for name, a in recorded.items()} == {
        "hook_embed": (2, 3),
        "layers.0.hook_pre": (7,),
        "layers.0.hook_post": (7,),
        "layers.1.hook_pre": (7,),
        "layers.1.hook_post": (7,),
    }
    for name in model.hook_names:
        edited, _ = model.run(weights, tokens, edit={name: torch.zeros_like})
        assert not torch.allclose(edited, logits), name


def test_one_hot_inputs_have_no_hook_of_an_embedding():
    with pytest.raises(KeyError, match=r"no hook point hook_embed; known: layers.0.hook_pre, layers.0.hook_post"):
        mlp().run(some_weights(mlp()), some_tokens(), record=["hook_embed"])


def test_first_weights_spread_by_the_numbers_they_read():
    model = build_model(MlpSpec(d_mlp=300, biases=True), ModularAddition(modulus=50))
    weights = model.initial_weights([0, 1])
    assert weights["layers.0.W_in"].var().item() == pytest.approx(1 / 100, rel=0.05)
    assert weights["unembed.W_U"].var().item() == pytest.approx(1 / 300, rel=0.05)
    assert not weights["layers.0.b_in"].any()
