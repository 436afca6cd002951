"""Our transformer computes what TransformerLens computes: logits, named activations and gradients, in float64."""

import itertools
from typing import Any

import pytest
import torch

from experiments.recipe.models import Transformer as TransformerSpec
from workers.science.bridge import linear_layers, stored_name, to_transformer_lens
from workers.science.transformer import Transformer

OPTIONS: dict[str, list[Any]] = {
    "activation": ["relu", "gelu", "silu"],
    "normalization": ["none", "LN", "LNPre"],
    "positions": ["learned", "rotary", "none"],
    "causal": [True, False],
    "biases": [True, False],
    "d_mlp": [0, 24],
}
GRID = [dict(zip(OPTIONS, values, strict=True)) for values in itertools.product(*OPTIONS.values())]
GRID = [options for options in GRID if options["d_mlp"] or options["activation"] == "relu"]
# TransformerLens computes LNPre in float32 whatever the model's precision
TOLERANCE = {"none": 1e-10, "LN": 1e-10, "LNPre": 1e-5}
# the bridge records the pattern under the scores' name, and names no rotated queries and keys
OURS_ALONE = ("hook_attn_scores", "hook_rot_q", "hook_rot_k")


@pytest.fixture(params=GRID, ids=lambda options: "-".join(str(value) for value in options.values()))
def model(request):
    spec = TransformerSpec(n_layers=2, d_model=16, n_heads=2, d_head=6, init="gpt2", **request.param)
    return Transformer(spec, n_ctx=5, d_vocab=7, d_vocab_out=6)


@pytest.fixture
def weights(model):
    generator = torch.Generator().manual_seed(1)
    shapes = model.shapes.items()
    return {name: torch.randn(2, *shape, generator=generator).double() / 2 for name, shape in shapes}


@pytest.fixture
def tokens():
    return torch.randint(7, (2, 3, 5), generator=torch.Generator().manual_seed(2))


def bridge_of_seed(model, weights, seed):
    return to_transformer_lens(model, {name: weight[seed] for name, weight in weights.items()})


def test_logits_and_activations_are_those_of_transformer_lens(model, weights, tokens):
    names = [name for name in model.hook_names if not name.endswith(OURS_ALONE)]
    logits, ours = model.run(weights, tokens, record=names)
    tolerance = TOLERANCE[model.spec.normalization]
    theirs, cache = bridge_of_seed(model, weights, 1).run_with_cache(tokens[1])
    torch.testing.assert_close(logits[1], theirs, atol=tolerance, rtol=tolerance)
    for name in names:
        torch.testing.assert_close(ours[name][1], cache[name], atol=tolerance, rtol=tolerance, msg=name)


def test_gradients_are_those_of_transformer_lens(model, weights, tokens):
    weights = {name: weight.requires_grad_() for name, weight in weights.items()}
    model.logits(weights, tokens).square().sum().backward()
    bridge = bridge_of_seed(model, weights, 1)
    bridge(tokens[1]).square().sum().backward()
    ours = linear_layers({name: weight.grad[1] for name, weight in weights.items()})
    theirs = {stored_name(n): p.grad for n, p in bridge.named_parameters() if p.requires_grad}
    tolerance = 100 * TOLERANCE[model.spec.normalization]
    torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance)
