"""A transformer without layers: the control that sees one token at a time."""

import pytest
import torch

from experiments.recipe.models import Transformer as TransformerSpec
from tests.workers.science.parity import assert_same, model_with, some_tokens, weights_of
from tests.workers.science.runs import PREVIOUS_TOKEN, carry_out, measured, of_kind, recipe
from workers.science.bridge import to_transformer_lens
from workers.science.events import Analysed, Measured
from workers.science.initial_weights import first_matrix

OF_HEADS = [{"name": "head-scores"}, {"name": "attention-to-answer"}, {"name": "attention-to-position", "to": "0"}]


def test_logits_are_the_unembedding_of_token_and_place():
    model = model_with(n_layers=0)
    weights, tokens = weights_of(model), some_tokens()
    one = {name: weight[1] for name, weight in weights.items()}
    expected = (one["embed.W_E"][tokens[1]] + one["pos_embed.W_pos"]) @ one["unembed.W_U"]
    assert_same(model.logits(weights, tokens)[1], expected)


def test_it_has_no_weights_or_hooks_of_blocks():
    model = model_with(n_layers=0, biases=True, normalization="LN")
    assert list(model.shapes) == ["embed.W_E", "pos_embed.W_pos", "ln_final.w", "ln_final.b", "unembed.W_U"]
    assert not any("blocks" in name for name in model.hook_names)
    _, recorded = model.run(weights_of(model), some_tokens(), record=model.hook_names)
    assert set(recorded) == set(model.hook_names)


@pytest.mark.parametrize("init", ["paper", "gpt2", "kaiming_normal"])
def test_every_way_to_begin_knows_its_tables(init):
    spec = TransformerSpec(n_layers=0, d_model=8, n_heads=1, init=init)
    assert first_matrix(spec, "W_E", (5, 8), torch.Generator().manual_seed(0), d_vocab=5).isfinite().all()


def test_transformer_lens_has_none_and_the_refusal_says_so():
    with pytest.raises(ValueError, match=r"model.n_layers: .* without layers; allowed: 1 to 8"):
        to_transformer_lens(model_with(n_layers=0), {"embed.W_E": torch.zeros(7, 16)})


def test_biases_of_layers_it_lacks_leave_nothing_to_train_beside_its_tables():
    spec = TransformerSpec(n_layers=0, biases=True, activation="solu_ln")
    assert spec.matrices == ("W_E", "W_pos", "W_U") and not spec.has_vectors


def test_a_sweep_down_to_no_layers_keeps_the_measures_of_heads_where_there_are_heads():
    model = PREVIOUS_TOKEN["model"] | {"n_layers": 0}
    run = recipe(PREVIOUS_TOKEN, model=model, measures=[{"name": "accuracy"}, *map(dict, OF_HEADS)])
    events = carry_out(run)
    assert measured(events, "accuracy") and not any(measured(events, of_heads["name"]) for of_heads in OF_HEADS)


def test_probes_read_what_is_unembedded_and_neurons_there_are_none():
    task = {"name": "graph-hops", "nodes": 4, "n_test": 40}
    looks = [
        {"name": "linear-probe"},
        {"name": "neuron-auroc"},
        {"name": "neuron-directions"},
        {"name": "neuron-rules"},
    ]
    run = recipe(
        PREVIOUS_TOKEN,
        task=task,
        model={"n_layers": 0, "d_model": 8, "n_heads": 1},
        measures=looks,
        analyses=[{"name": name} for name in ("probe-map", "neuron-map", "neuron-examples")],
    )
    events = carry_out(run)
    seen = {event.component for event in of_kind(Measured, events) if event.measure == "linear-probe"}
    assert seen == {"way", "way embedding", "way majority", "way shuffled"}
    assert not any(measured(events, look["name"]) for look in looks[1:])
    assert len(of_kind(Analysed, events)) == 3  # those of the probe map
