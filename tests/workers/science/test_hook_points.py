"""Every hook point of TransformerLens is here, by name, and an edit of it does there what it does here."""

import warnings

import pytest
import torch

from tests.workers.science.parity import assert_same, bridge_of, model_with, some_tokens, weights_of
from workers.science.transformer_hooks import aliases

MODELS = {
    "plain": {},
    "everything": {"positions": "rotary", "normalization": "LN", "activation": "solu_ln", "biases": True},
    "tied and fixed": {"positions": "sinusoidal", "normalization": "RMSPre", "tied": True, "causal": False},
    "attention only": {"normalization": "LNPre", "d_mlp": 0},
    "without positions": {"positions": "none", "normalization": "RMS"},
}
# Named there and silent in a model of `boot_native`, or with edits that are discarded, or that only the MLP sees
NO_EDITS_THERE = ("hook_attn_in", "hook_q_input", "hook_k_input", "hook_v_input", "attn.hook_result")
OTHER_EDITS_THERE = ("attn.hook_attn_scores", "attn.hook_rot_q", "attn.hook_rot_k", "hook_resid_mid")


@pytest.fixture(params=MODELS)
def model(request):
    return model_with(**MODELS[request.param])


def impossible(model):
    """What TransformerLens names although nothing is there."""
    names = {f"blocks.{layer}.attn.hook_hidden_states" for layer in range(2)}
    if not model.spec.d_mlp:
        names |= {f"blocks.{layer}.hook_mlp_in" for layer in range(2)}
    if model.spec.positions == "none":  # the bridge adds a table of zeros
        names |= {"pos_embed.hook_in", "pos_embed.hook_out", "hook_pos_embed"}
    return names


def test_the_names_are_those_of_transformer_lens(model):
    theirs = set(bridge_of(model, weights_of(model), 0).hook_dict)
    ours = {*model.hook_names, *aliases(model.spec)}
    assert ours == theirs - impossible(model)
    assert len(model.hook_names) == len(set(model.hook_names))


def test_what_cannot_exist_is_refused_by_name(model):
    for name in impossible(model):
        with pytest.raises(KeyError, match=f"no hook point {name}"):
            model.run(weights_of(model), some_tokens(), record=[name])


def test_an_alias_is_the_point_that_it_leads_to(model):
    names = aliases(model.spec)
    _, recorded = model.run(weights_of(model), some_tokens(), record=[*names, *model.hook_names])
    assert all(recorded[name] is recorded[point] for name, point in names.items())
    assert list(recorded) == [*names, *model.hook_names]


def turned(x):
    """Something else of the same shape, whichever numbers or tokens they are."""
    shifted = x.roll(1, dims=x.dim() - 1)
    return 1.25 * x + 0.1 * shifted if x.is_floating_point() else shifted


def test_an_edit_does_what_it_does_in_transformer_lens(model):
    weights, tokens = weights_of(model), some_tokens()
    bridge = bridge_of(model, weights, 1)
    bridge.set_use_hook_mlp_in(True)
    plain = model.logits(weights, tokens)
    for name in model.hook_names:
        if name.endswith((*NO_EDITS_THERE, *OTHER_EDITS_THERE)):
            continue
        ours, _ = model.run(weights, tokens, edit={name: turned})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that an edit of a norm costs it its fast path
            theirs = bridge.run_with_hooks(tokens[1], fwd_hooks=[(name, lambda x, hook: turned(x))])
        assert_same(ours[1], theirs, name)
        assert not torch.allclose(ours, plain), name


def stretched(x):
    """Unlike a factor, no norm undoes it; and what is masked stays so."""
    return x * torch.linspace(0.5, 1.5, x.shape[-1], dtype=x.dtype)


def test_the_other_edits_take_effect_too(model):
    weights, tokens = weights_of(model), some_tokens()
    plain = model.logits(weights, tokens)
    mine = [name for name in model.hook_names if name.endswith((*NO_EDITS_THERE, *OTHER_EDITS_THERE))]
    for name in mine:
        edited, _ = model.run(weights, tokens, edit={name: stretched})
        assert not torch.allclose(edited, plain), name
    assert len(mine) >= 12


def test_recording_everything_changes_nothing(model):
    weights, tokens = weights_of(model), some_tokens()
    logits, _ = model.run(weights, tokens, record=model.hook_names)
    assert torch.equal(logits, model.logits(weights, tokens))


def test_one_point_is_not_edited_under_two_names(model):
    twice = {"blocks.0.attn.hook_q": turned, "blocks.0.attn.q.hook_out": turned}
    with pytest.raises(ValueError, match="blocks.0.attn.hook_q is to be edited under two names"):
        model.run(weights_of(model), some_tokens(), edit=twice)
