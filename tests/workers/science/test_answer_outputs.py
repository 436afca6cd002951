"""The hot path computes less than the plain forward pass, and the same."""

import itertools
from typing import Any

import pytest
import torch

from experiments.recipe.costs import is_looked_up
from experiments.recipe.models import Transformer as TransformerSpec
from workers.science.transformer import Transformer

OPTIONS: dict[str, list[Any]] = {
    "n_layers": [0, 1, 2],
    "positions": ["learned", "rotary", "none"],
    "normalization": ["none", "LN"],
    "causal": [True, False],
}
GRID: list[dict[str, Any]] = [
    dict(zip(OPTIONS, values, strict=True)) for values in itertools.product(*OPTIONS.values())
]
GRID += [
    {"biases": True},
    {"positions": "sinusoidal", "tied": True, "normalization": "RMSPre", "activation": "square"},
    {"n_layers": 2, "positions": "sinusoidal", "normalization": "RMS", "activation": "solu_ln", "attention_scale": 0.3},
    {"n_layers": 2, "tied": True, "normalization": "LNPre", "activation": "solu", "biases": True},
]


@pytest.mark.parametrize("answers", [(4,), (1, 2, 3, 4), (0, 3)], ids=str)
@pytest.mark.parametrize(
    "n_examples", [3, 12, 20], ids=["few examples", "more than tokens", "as many as pairs of them"]
)
@pytest.mark.parametrize("options", GRID, ids=str)
def test_answer_outputs_and_their_gradients_are_those_of_the_plain_pass(options, n_examples, answers):
    model = Transformer(TransformerSpec(d_model=8, n_heads=2, d_mlp=12, **options), n_ctx=5, d_vocab=10, d_vocab_out=6)
    weights = {name: weight.double().requires_grad_() for name, weight in model.initial_weights([3, 4]).items()}
    tokens = torch.randint(10, (2, n_examples, 5), generator=torch.Generator().manual_seed(0))

    assert is_looked_up(10, n_examples, len(answers)) == (n_examples == 20)
    fast = model.answer_outputs(weights, tokens, answers)
    plain = model.logits(weights, tokens)[:, :, list(answers)]

    torch.testing.assert_close(fast, plain, atol=1e-12, rtol=1e-12)
    gradients = [torch.autograd.grad(logits.square().sum(), list(weights.values())) for logits in (fast, plain)]
    torch.testing.assert_close(*gradients, atol=1e-11, rtol=1e-11)
