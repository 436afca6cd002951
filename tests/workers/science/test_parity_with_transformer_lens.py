"""Our transformer computes what TransformerLens computes: logits, named activations and gradients."""

import pytest
import torch

from tests.workers.science.parity import GRID, assert_same, bridge_of, model_with, some_tokens, weights_of
from workers.science.bridge import linear_layers, stored_name
from workers.science.transformer_hooks import aliases

# TransformerLens names these and leaves them silent in such a model, or records something else under the name
SILENT_THERE = ("hook_attn_in", "hook_q_input", "hook_k_input", "hook_v_input", "hook_result", "hook_mlp_in")
OURS_ALONE = (*SILENT_THERE, "hook_rot_q", "hook_rot_k", "hook_attn_scores")


@pytest.fixture(params=GRID, ids=lambda options: "-".join(str(value) for value in options.values()))
def model(request):
    return model_with(**request.param)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_logits_activations_and_gradients_are_those_of_transformer_lens(model, dtype):
    weights = {name: weight.requires_grad_() for name, weight in weights_of(model, dtype).items()}
    names = [name for name in (*model.hook_names, *aliases(model.spec)) if not name.endswith(OURS_ALONE)]
    logits, ours = model.run(weights, some_tokens(), record=names)
    bridge = bridge_of(model, weights, 1)
    theirs, cache = bridge.run_with_cache(some_tokens()[1])
    for name in names:
        assert_same(ours[name][1], cache[name], name)
    assert_same(logits[1], theirs, "logits")

    logits.square().mean().mul(2).backward()
    theirs.square().mean().backward()
    found = gradients_of(bridge)
    expected = linear_layers({name: weight.grad[1] for name, weight in weights.items()})
    if model.spec.tied:  # the bridge has a copy of the table
        found["embed.weight"][: model.d_vocab_out] += found.pop("unembed.weight")
    assert set(found) == set(expected)
    for name, gradient in expected.items():
        assert_same(gradient, found[name], f"gradient of {name}")


def gradients_of(bridge):
    return {stored_name(name): p.grad for name, p in bridge.named_parameters() if p.requires_grad}


def test_what_no_option_trains_does_not_train_there_either():
    model = model_with(positions="sinusoidal", biases=False)
    bridge = bridge_of(model, weights_of(model), 0)
    trained = {stored_name(name) for name, parameter in bridge.named_parameters() if parameter.requires_grad}
    assert "pos_embed.weight" not in trained
    assert not any(name.endswith("bias") for name in trained)


def test_scores_are_what_the_pattern_is_the_softmax_of():
    """TransformerLens records the pattern under their name."""
    model = model_with(attention_scale=0.3)
    record = ["blocks.1.attn.hook_attn_scores", "blocks.1.attn.hook_pattern"]
    _, recorded = model.run(weights_of(model), some_tokens(), record=record)
    scores, pattern = (recorded[name] for name in record)
    assert_same(scores.softmax(-1), pattern)
    assert (scores == float("-inf")).sum() == 2 * 3 * 2 * 10  # keys after the query


def test_an_activation_that_transformer_lens_lacks_is_refused_by_name():
    model = model_with(activation="square")
    with pytest.raises(ValueError, match=r"model.activation: TransformerLens has no 'square'; allowed: relu, gelu"):
        bridge_of(model, weights_of(model), 0)
