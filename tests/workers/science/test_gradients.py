"""Gradients of the loss that training lowers, against finite differences, in float64."""

import pytest
import torch

from tests.workers.science.runs import FAMILIES, recipe
from workers.science.dataset import Examples
from workers.science.setup import set_up

OPTIONS = {
    "norms and a tied table": {"normalization": "LN", "tied": True, "activation": "solu_ln", "positions": "sinusoidal"},
    "rotary, two layers": {"normalization": "RMS", "n_layers": 2, "activation": "gelu_new", "positions": "rotary"},
    "square and a scale": {"normalization": "RMSPre", "activation": "square", "attention_scale": 0.7, "biases": True},
    "both ways": {"normalization": "LNPre", "causal": False, "activation": "solu", "positions": "none"},
}
SMALL = {"name": "transformer", "d_model": 4, "n_heads": 2, "d_mlp": 5}
RECIPES = FAMILIES | {name: FAMILIES["addition"] | {"model": SMALL | options} for name, options in OPTIONS.items()}


@pytest.mark.parametrize("name", RECIPES)
def test_they_are_those_of_finite_differences(name):
    setup = set_up(recipe(RECIPES[name]), (0, 1), torch.device("cpu"))
    weights = {key: weight.double().requires_grad_() for key, weight in setup.model.initial_weights((0, 1)).items()}
    examples = few(setup.splits["test"])

    def losses(*values):
        outputs = setup.model.answer_outputs(
            dict(zip(weights, values, strict=True)), examples.inputs, setup.answer_positions
        )
        return setup.loss(outputs, examples.labels)

    assert torch.autograd.gradcheck(losses, tuple(weights.values()), fast_mode=True)


def few(examples):
    """Three of them, with numbers as precise as the weights."""
    inputs, labels = (
        x[:, :3].double() if x.is_floating_point() else x[:, :3] for x in (examples.inputs, examples.labels)
    )
    return Examples(inputs, labels)
