import pytest
import torch

from experiments.recipe.models import Transformer as TransformerSpec
from workers.science.bridge import linear_layers, to_transformer_lens
from workers.science.transformer import Transformer


def transformer(**options):
    spec = TransformerSpec(n_layers=2, d_model=64, n_heads=4, d_mlp=128, **options)
    return Transformer(spec, n_ctx=50, d_vocab=100, d_vocab_out=90)


@pytest.mark.parametrize(("name", "variance"), [("blocks.0.attn.W_O", 1 / 64), ("unembed.W_U", 1 / 100)])
def test_paper_weights_have_the_variance_of_the_paper(name, variance):
    weights = transformer(init="paper").initial_weights(range(8))
    assert weights[name].var().item() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("mode", ["gpt2", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"])
def test_weights_spread_as_those_of_transformer_lens(mode):
    """Each matrix, by its standard deviation and its largest entry: a uniform one ends at sqrt(3) deviations."""
    from transformer_lens.model_bridge import TransformerBridge

    model = transformer(init=mode)
    ours = {name: weight[0] for name, weight in model.initial_weights([0]).items()}
    cfg = to_transformer_lens(model, ours).cfg
    cfg.init_mode, cfg.initializer_range = mode, 0.1 if mode == "gpt2" else 1.0  # as its config works them out
    theirs = TransformerBridge.boot_native(cfg).state_dict()
    for name, weight in linear_layers(ours).items():
        assert weight.std().item() == pytest.approx(theirs[name].std().item(), rel=0.05), name
        if "uniform" in mode:
            assert weight.abs().max().item() == pytest.approx(theirs[name].abs().max().item(), rel=0.01), name
            assert weight.abs().max() < 1.75 * weight.std(), name


def test_a_tied_table_is_drawn_as_a_table():
    weights = transformer(tied=True).initial_weights(range(8))
    assert weights["embed.W_E"].var().item() == pytest.approx(1 / 64, rel=0.03)
    assert "unembed.W_U" not in weights


def test_biases_start_at_zero_and_scales_at_one():
    weights = transformer(normalization="LN", activation="solu_ln", biases=True).initial_weights([0])
    assert not weights["blocks.1.attn.b_Q"].any()
    assert (weights["ln_final.w"] == 1).all()
    assert (weights["blocks.0.mlp.ln.w"] == 1).all()
    assert not weights["blocks.0.mlp.ln.b"].any()


def test_the_weights_of_a_seed_do_not_depend_on_the_other_seeds():
    model = transformer()
    alone, among_others = model.initial_weights([5]), model.initial_weights([3, 5])
    assert all(torch.equal(alone[name][0], among_others[name][1]) for name in alone)
