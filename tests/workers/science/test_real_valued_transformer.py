"""The transformer that reads and writes real numbers is the one that reads and writes tokens."""

import pytest
import torch
from torch.nn.functional import one_hot

from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import IclRegression
from workers.science.bridge import to_transformer_lens
from workers.science.models import build_model
from workers.science.transformer import Transformer

OPTIONS = [{}, {"positions": "rotary", "normalization": "LN", "biases": True}, {"n_layers": 2, "causal": False}]


def some_weights(model):
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(2, *shape, generator=generator).double() / 2 for name, shape in model.shapes.items()}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_token_is_its_one_hot_vector(options):
    model = Transformer(TransformerSpec(d_model=8, n_heads=2, d_mlp=12, **options), n_ctx=5, d_vocab=7, d_vocab_out=3)
    weights = some_weights(model)
    tokens = torch.randint(7, (2, 4, 5), generator=torch.Generator().manual_seed(0))
    vectors = one_hot(tokens, 7).double()
    torch.testing.assert_close(model.logits(weights, vectors), model.logits(weights, tokens), atol=1e-12, rtol=0)
    answers = [model.answer_outputs(weights, inputs, (1, 4)) for inputs in (vectors, tokens)]
    torch.testing.assert_close(*answers, atol=1e-12, rtol=0)


def test_it_is_as_large_as_its_task_says():
    model = build_model(TransformerSpec(d_model=8, n_heads=2, d_mlp=12), IclRegression(dims=3, points=4))
    assert model.shapes["embed.W_E"] == (3, 8)
    assert model.shapes["pos_embed.W_pos"] == (7, 8)
    assert model.shapes["unembed.W_U"] == (8, 1)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_transformer_lens_computes_the_same_from_the_vectors_read_in(options):
    spec = TransformerSpec(d_model=8, n_heads=2, d_mlp=12, **options)
    model = build_model(spec, IclRegression(dims=3, points=4))
    weights = some_weights(model)
    x = torch.randn(2, 6, 7, 3, generator=torch.Generator().manual_seed(2)).double()
    bridge = to_transformer_lens(model, {name: weight[1] for name, weight in weights.items()})
    theirs = bridge(x[1] @ weights["embed.W_E"][1])
    torch.testing.assert_close(model.logits(weights, x)[1], theirs, atol=1e-10, rtol=1e-10)
