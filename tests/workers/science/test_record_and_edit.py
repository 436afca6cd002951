import pytest
import torch

from experiments.recipe.models import Transformer as TransformerSpec
from workers.science.transformer import Transformer


@pytest.fixture
def model():
    return Transformer(TransformerSpec(n_layers=2, d_model=8, n_heads=2, d_mlp=12), n_ctx=4, d_vocab=5, d_vocab_out=5)


@pytest.fixture
def weights(model):
    return model.initial_weights([0, 1])


@pytest.fixture
def tokens():
    return torch.randint(5, (2, 3, 4), generator=torch.Generator().manual_seed(0))


def test_only_what_is_asked_for_is_recorded(model, weights, tokens):
    _, recorded = model.run(weights, tokens, record=["blocks.1.attn.hook_pattern"])
    assert list(recorded) == ["blocks.1.attn.hook_pattern"]
    assert recorded["blocks.1.attn.hook_pattern"].shape == (2, 3, 2, 4, 4)


def test_attention_patterns_look_back_and_add_up_to_one(model, weights, tokens):
    _, recorded = model.run(weights, tokens, record=["blocks.0.attn.hook_pattern"])
    pattern = recorded["blocks.0.attn.hook_pattern"]
    torch.testing.assert_close(pattern.sum(-1), torch.ones(2, 3, 2, 4))
    assert pattern.triu(1).abs().max() == 0


def test_editing_a_layer_away_leaves_the_rest_of_the_model(model, weights, tokens):
    nothing = dict.fromkeys(["blocks.1.hook_attn_out", "blocks.1.hook_mlp_out"], torch.zeros_like)
    edited, _ = model.run(weights, tokens, edit=nothing)
    one_layer = Transformer(model.spec.model_copy(update={"n_layers": 1}), n_ctx=4, d_vocab=5, d_vocab_out=5)
    torch.testing.assert_close(edited, one_layer.logits(weights, tokens))


def test_an_edit_of_the_scores_takes_effect(model, weights, tokens):
    """Where TransformerLens discards it (transformer_lens 4.3)."""
    edited, _ = model.run(weights, tokens, edit={"blocks.0.attn.hook_attn_scores": torch.zeros_like})
    assert not torch.allclose(edited, model.logits(weights, tokens))


def test_what_is_recorded_is_what_the_edit_left(model, weights, tokens):
    name = "blocks.0.mlp.hook_post"
    _, recorded = model.run(weights, tokens, record=[name], edit={name: torch.ones_like})
    assert (recorded[name] == 1).all()


def test_an_unknown_hook_point_is_refused_with_the_known_ones(model, weights, tokens):
    with pytest.raises(
        KeyError, match=r"no hook point blocks.7.hook_resid_pre; known: embed.hook_in, hook_embed, pos_embed.hook_in"
    ):
        model.run(weights, tokens, record=["blocks.7.hook_resid_pre"])
