"""Patching nothing brings nothing back, patching everything all of it; and what TransformerLens finds."""

import pytest
import torch

from experiments.recipe.measures import PatchingEffect
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import PreviousToken
from tests.workers.science.hand_built import MODEL, TASK, moment
from tests.workers.science.parity import bridge_of, model_with, weights_of
from workers.science import registry
from workers.science.dataset import Examples
from workers.science.measures import measure
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.patching import effects_by_position, effects_of_heads, pairs_of, unedited
from workers.science.mechanisms.sites import heads_of, replacing

SMALL = PreviousToken(vocabulary=6, length=5, n_test=9)


def pairs(snapshot, **given):
    return pairs_of(snapshot, asked_by(PatchingEffect(**given), snapshot))


@pytest.fixture
def random_network():
    model = model_with(normalization="LN", biases=True)
    return moment(weights_of(model), model, SMALL)


def test_patching_nothing_brings_nothing_back(random_network):
    assert pairs(random_network).effect(unedited).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("hook", ["hook_resid_pre", "hook_resid_post"])
def test_patching_all_of_the_stream_brings_everything_back(random_network, hook):
    found = pairs(random_network)
    name = f"blocks.1.{hook}"
    _, clean = random_network.model.run(random_network.weights, found.asked.inputs, record=[name])
    effect = found.effect(lambda rows: {name: lambda x: clean[name][:, rows]})
    assert effect.tolist() == pytest.approx([1.0, 1.0], abs=1e-9)


def test_the_one_head_that_works_brings_everything_back():
    effects = measure(PatchingEffect(), moment())
    assert effects["L0H0"].tolist() == pytest.approx([1.0, 0.0], abs=1e-9)
    assert effects["L0H1"].tolist() == pytest.approx([0.0, 1.0], abs=1e-9)


def test_an_answer_comes_back_from_the_place_before_until_the_head_has_moved_it():
    effects = measure(PatchingEffect(of="residual", answer="k=1"), moment())  # answered at 2 with the token at 1
    by_site = {name: effect[0].item() for name, effect in effects.items()}
    wanted = {f"{site} {place} at k=1": 0.0 for site in ("L0 residual", "end residual") for place in range(4)}
    assert by_site == pytest.approx(wanted | {"L0 residual 1 at k=1": 1.0, "end residual 2 at k=1": 1.0})


def test_attention_writes_the_answer_where_it_is_asked_and_the_mlp_nothing():
    attention = measure(PatchingEffect(of="attention", answer="k=1"), moment())
    assert attention["L0 attention 2 at k=1"].tolist() == pytest.approx([1.0, 1.0])
    mlp = measure(PatchingEffect(of="mlp"), moment())
    assert all(effect.tolist() == [0.0, 0.0] for effect in mlp.values())
    assert not PatchingEffect(of="mlp").fits(TASK, TransformerSpec(d_mlp=0))


def test_without_a_rule_of_the_task_every_example_is_corrupted_by_another():
    found = pairs(moment(), examples=60)
    clean, corrupted = found.asked.inputs[0].tolist(), found.corrupted.inputs[0].tolist()
    assert sorted(clean) == sorted(corrupted)
    assert torch.equal(found.differ, found.asked.labels != found.corrupted.labels)
    assert 0.7 < found.differ.double().mean() < 0.9  # one in five is the same by chance


def test_a_task_may_say_what_corrupts_an_example(monkeypatch):
    def next_token(spec, examples):
        return Examples((examples.inputs + 1) % 5, (examples.labels + 1) % 5)

    monkeypatch.setitem(registry._implementations, (PreviousToken, "corrupted"), next_token)
    found = pairs(moment())
    assert torch.equal(found.corrupted.inputs, (found.asked.inputs + 1) % 5)
    assert found.differ.all()


def test_it_is_the_patching_of_transformer_lens(random_network):
    from transformer_lens import patching

    found = pairs(random_network, answer="k=3")
    bridge = bridge_of(random_network.model, random_network.weights, 1).eval()
    clean, corrupted = found.asked.inputs[1], found.corrupted.inputs[1]
    right, wrong = found.asked.labels[1], found.corrupted.labels[1, :, 3:]

    def metric(logits):
        last = logits[:, -1]
        return ((last.gather(-1, right) - last.gather(-1, wrong))[:, 0] * found.differ[1, :, 0]).sum()

    low, high = metric(bridge(corrupted)), metric(bridge(clean))
    _, cache = bridge.run_with_cache(clean)
    by_head = patching.get_act_patch_attn_head_out_all_pos(bridge, corrupted, cache, metric)
    by_place = patching.get_act_patch_resid_pre(bridge, corrupted, cache, metric)
    ours = [effect[1].item() for effect in effects_of_heads(found).values()]
    assert ours == pytest.approx(((by_head.flatten() - low) / (high - low)).tolist(), abs=1e-5)
    ours = torch.stack(list(effects_by_position(found, "residual").values()))[:-1, 1]
    torch.testing.assert_close(ours, (by_place.double() - low) / (high - low), atol=1e-5, rtol=0)


def test_a_head_is_replaced_example_by_example():
    site = heads_of(MODEL)[1]
    other, x = torch.rand(1, 6, 4, 2, 5), torch.zeros(1, 2, 4, 2, 5)
    changed = replacing(site, other)(slice(3, 5))[site.hook](x)
    assert torch.equal(changed[..., 1, :], other[:, 3:5, :, 1]) and not changed[..., 0, :].any()
