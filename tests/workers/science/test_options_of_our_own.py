"""Options that TransformerLens lacks, against a forward pass written out in full for one example of one seed."""

import math

import pytest
import torch

from experiments.recipe.models import Transformer as TransformerSpec
from tests.workers.science.parity import assert_same, some_tokens, weights_of
from workers.science.layers import sinusoids
from workers.science.transformer import Transformer


def model_with(**options):
    spec = TransformerSpec(n_layers=1, d_model=6, n_heads=1, d_mlp=9, **options)
    return Transformer(spec, n_ctx=5, d_vocab=7, d_vocab_out=6)


def written_out(weights, tokens, *, scale, activation, added, unembedding):
    """Attention of one head and the MLP of one layer, number by number where it matters."""
    w = {name.rpartition(".")[2]: weight for name, weight in weights.items()}
    stream = w["W_E"][tokens] + added
    queries, keys, values = (stream @ w[name][0] for name in ("W_Q", "W_K", "W_V"))
    for place in range(len(tokens)):
        scores = [math.exp(scale * float(queries[place] @ keys[before])) for before in range(place + 1)]
        z = sum(score * values[before] for before, score in enumerate(scores)) / sum(scores)
        stream[place] += z @ w["W_O"][0]
    return (stream + activation(stream @ w["W_in"]) @ w["W_out"]) @ unembedding(w)


def assert_is_written_out(model, **parts):
    weights, tokens = weights_of(model), some_tokens()
    usual = {"scale": 6**-0.5, "activation": torch.relu, "added": 0.0, "unembedding": lambda w: w["W_U"]}
    one = written_out({name: weight[1] for name, weight in weights.items()}, tokens[1, 2], **usual | parts)
    assert_same(model.logits(weights, tokens)[1, 2], one)


def test_no_positions():
    assert_is_written_out(model_with(positions="none"))


def test_square():
    assert_is_written_out(model_with(positions="none", activation="square"), activation=lambda x: x * x)


def test_solu():
    def solu(x):
        return x * torch.exp(x) / torch.exp(x).sum(-1, keepdim=True)

    assert_is_written_out(model_with(positions="none", activation="solu"), activation=solu)


def test_attention_scale():
    assert_is_written_out(model_with(positions="none", attention_scale=0.7), scale=0.7)


def test_tied_unembedding():
    """Answer k is token k; the seventh token is never an answer."""
    assert_is_written_out(model_with(positions="none", tied=True), unembedding=lambda w: w["W_E"][:6].T)


def test_sinusoidal_positions():
    by_number = torch.zeros(5, 6, dtype=torch.float64)
    for place in range(5):
        for column in range(0, 6, 2):
            angle = place / 10_000 ** (column / 6)
            by_number[place, column], by_number[place, column + 1] = math.sin(angle), math.cos(angle)
    assert_is_written_out(model_with(positions="sinusoidal"), added=by_number)


def test_an_odd_width_ends_with_a_sine():
    table = sinusoids(3, 5)
    assert table.shape == (3, 5)
    torch.testing.assert_close(table[:, 4], torch.tensor([math.sin(p / 10_000**0.8) for p in range(3)]).double())


@pytest.mark.parametrize("options", [{"tied": True}, {"positions": "sinusoidal"}], ids=str)
def test_what_is_not_trained_is_not_stored(options):
    plain, model = model_with(), model_with(**options)
    assert len(model.shapes) == len(plain.shapes) - 1
