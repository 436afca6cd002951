"""The hook points that TransformerLens names and leaves silent in such models: what one head reads and writes."""

import pytest
import torch

from tests.workers.science.parity import assert_same, model_with, some_tokens, weights_of

HERE = "blocks.1"


@pytest.fixture(params=[False, True], ids=["plain", "biases and LayerNorm"])
def model(request):
    return model_with(biases=request.param, normalization="LN" if request.param else "none")


def second_head(change):
    """Changes what the second head reads or writes; the axis before the last is that of the heads."""

    def edit(x):
        changed = x.clone()
        changed[:, :, :, 1] = change(x[:, :, :, 1])
        return changed

    return edit


def edited(model, edits):
    return model.run(weights_of(model), some_tokens(), edit=edits)[0]


def test_the_results_of_the_heads_add_up_to_what_attention_writes(model):
    weights = weights_of(model)
    record = [f"{HERE}.attn.hook_result", f"{HERE}.attn.o.hook_out"]
    _, recorded = model.run(weights, some_tokens(), record=record)
    bias = weights[f"{HERE}.attn.b_O"][:, None, None] if model.spec.biases else 0.0
    assert_same(recorded[record[0]].sum(3) + bias, recorded[record[1]])


def test_a_head_without_a_result_is_a_head_without_values(model):
    by_result = edited(model, {f"{HERE}.attn.hook_result": second_head(torch.zeros_like)})
    by_z = edited(model, {f"{HERE}.attn.hook_z": second_head(torch.zeros_like)})
    assert_same(by_result, by_z)


@pytest.mark.parametrize("letter", "qkv")
def test_an_input_of_one_head_is_normed_and_projected_by_that_head(model, letter):
    """Halving what a head reads of the stream: the same as giving it the projection of a halved stream."""
    name = f"{HERE}.attn.hook_{letter}"
    _, recorded = model.run(
        weights_of(model), some_tokens(), record=[name], edit={f"{HERE}.ln1.hook_in": lambda x: x / 2 + 1}
    )
    by_input = edited(model, {f"{HERE}.hook_{letter}_input": second_head(lambda x: x / 2 + 1)})
    by_projection = edited(model, {name: second_head(lambda x: recorded[name][:, :, :, 1])})
    assert_same(by_input, by_projection)


def test_the_input_of_attention_is_that_of_queries_keys_and_values(model):
    change = second_head(lambda x: x / 2 + 1)
    at_once = edited(model, {f"{HERE}.hook_attn_in": change})
    one_by_one = edited(model, {f"{HERE}.hook_{letter}_input": change for letter in "qkv"})
    assert_same(at_once, one_by_one)


def test_rotated_queries_and_keys_are_what_the_scores_compare():
    model = model_with(positions="rotary", causal=False)
    record = [f"{HERE}.attn.hook_{name}" for name in ("rot_q", "rot_k", "attn_scores")]
    _, recorded = model.run(weights_of(model), some_tokens(), record=record)
    queries, keys, scores = (recorded[name] for name in record)
    assert_same(torch.einsum("snqhd,snkhd->snhqk", queries, keys) / model.spec.head_width**0.5, scores)


def test_the_stream_after_attention_reaches_everything_and_the_input_of_the_mlp_only_the_mlp():
    model = model_with()
    gone = {"blocks.1.hook_mlp_out": torch.zeros_like}
    plain = edited(model, gone)
    assert torch.equal(edited(model, gone | {"blocks.1.hook_mlp_in": torch.zeros_like}), plain)
    assert torch.equal(edited(model, gone | {"blocks.1.ln2.hook_in": torch.zeros_like}), plain)
    nothing_left = edited(model, gone | {"blocks.1.hook_resid_mid": torch.zeros_like})
    assert not nothing_left.any()
