"""The plots of how a network adds: which frequencies, which neurons, which products of waves."""

import pytest
import torch

from experiments.recipe.analyses import FourierOfPairs, KeyFrequencies, NeuronClusters
from experiments.recipe.models import Transformer as TransformerSpec
from tests.workers.science.runs import ADDITION, MLP, carry_out, of_kind, recipe
from tests.workers.science.waves import ADDITION as ELEVEN
from tests.workers.science.waves import cosines
from workers.science.analyses.fourier_of_pairs import component_norms
from workers.science.events import Analysed, Measured
from workers.science.fourier import component_names


def panels(base, *analyses, **changes):
    events = carry_out(recipe(base, analyses=list(analyses), **changes))
    return {event.panel.key: event.panel for event in of_kind(Analysed, events)}, events


@pytest.mark.parametrize("base", [ADDITION, MLP], ids=["transformer", "mlp"])
def test_losses_with_the_last_key_frequencies_end_as_the_measures_do(base):
    """With a threshold of 0 every frequency is key at every step, so that K is the same for both."""
    every = {"threshold": 0.0}
    measures = [
        {"name": "restricted-loss"} | every,
        {"name": "excluded-loss"} | every,
        {"name": "loss", "split": "train"},
    ]
    found, events = panels(base, {"name": "key-frequencies", "threshold": 0.0}, measures=measures)
    curves = {s.name: s for s in found["key-frequencies-losses"].series if s.seed == 0}
    ended = {(e.measure, e.component): e.values[0] for e in of_kind(Measured, events) if e.step == 20}
    assert curves["restricted"].x == [0, 5, 10, 20]
    assert curves["restricted"].y[-1] == pytest.approx(ended["restricted-loss", ""])
    assert curves["excluded"].y[-1] == pytest.approx(ended["excluded-loss", ""])
    assert curves["train"].y[-1] == pytest.approx(ended["loss", ""])


def test_power_over_the_checkpoints_adds_up_to_one_in_every_column():
    found, _ = panels(ADDITION, {"name": "key-frequencies"})
    grid = found["key-frequencies-power"].grids[1]
    assert grid.x == ["0", "5", "10", "20"] and grid.y == [1, 2, 3]
    assert torch.tensor(grid.z).sum(0).tolist() == pytest.approx([1.0] * 4)


def test_only_key_frequencies_stand_in_the_panel_of_the_last_checkpoint():
    strict, _ = panels(ADDITION, {"name": "key-frequencies", "threshold": 0.45, "neuron_threshold": 0.99})
    power = torch.tensor(strict["key-frequencies-power"].grids[0].z)[:, -1]
    bars = {s.name: s.y for s in strict["key-frequencies"].series if s.seed == 0}
    assert bars["share of the embedding"] == pytest.approx((power * (power > 0.45)).tolist())
    assert len(bars["share of the neurons"]) == 3


def test_every_neuron_is_in_one_cluster():
    found, _ = panels(MLP, {"name": "neuron-clusters"})
    of_seed = [s.y for s in found["neuron-clusters"].series if s.seed == 1]
    assert len(of_seed) == 2 and sum(map(sum, of_seed)) == 8
    (ranked, _) = found["neuron-clusters-explained"].series
    assert ranked.y == sorted(ranked.y, reverse=True) and len(ranked.text) == 8


def test_a_cosine_of_the_sum_is_made_of_two_products_of_waves():
    """cos(w_3 (a + b)) = cos cos - sin sin, and so on for each output."""
    norms = component_norms(cosines([3]).reshape(1, 11, 11, 11))[0]
    names = component_names(11)
    there = {(names[r], names[c]) for r, c in (norms > 1e-9).nonzero().tolist()}
    assert there == {(a, b) for a in ("cos 3", "sin 3") for b in ("cos 3", "sin 3")}
    assert norms.square().sum().item() == pytest.approx(ELEVEN.modulus**3 / 2)


@pytest.mark.parametrize("of", ["neurons", "logits"])
def test_components_of_pairs_are_drawn_without_the_constant_and_over_the_checkpoints(of):
    found, _ = panels(ADDITION, {"name": "fourier-of-pairs", "of": of})
    grid = found[f"fourier-of-pairs-{of}"].grids[0]
    assert grid.x == grid.y == ["1", "cos 1", "sin 1", "cos 2", "sin 2", "cos 3", "sin 3"]
    assert grid.z[0][0] == 0.0 and grid.z[1][1] > 0.0
    frames = found[f"fourier-of-pairs-{of}-power"].frames
    assert [frame.step for frame in frames] == [0, 5, 10, 20]
    assert 0 < sum(frames[-1].series[0].y) <= 1


def test_networks_without_neurons_have_no_clusters():
    attention_only = TransformerSpec(d_mlp=0)
    assert not NeuronClusters().fits(ELEVEN, attention_only)
    assert not FourierOfPairs(of="neurons").fits(ELEVEN, attention_only)
    assert KeyFrequencies().fits(ELEVEN, attention_only)
