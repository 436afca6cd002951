"""The plots of the parts of a network: their numbers are those of the measures, and stand where they should."""

import pytest
import torch

from experiments.recipe.measures import (
    AblationEffect,
    AblationEffectOnAccuracy,
    AttentionToAnswer,
    AttentionToPosition,
    CompositionScores,
    CopyingScore,
    LogitAttribution,
    PatchingEffect,
)
from tests.workers.science.hand_built import LENGTH, LOUD, MODEL, VOCABULARY, previous_token_weights
from tests.workers.science.runs import ADDITION, MLP, PREVIOUS_TOKEN, MemoryArchive, carry_out, of_kind, recipe
from workers.science.events import Analysed
from workers.science.measures import measure
from workers.science.mechanisms.circuits import full_ov, full_qk
from workers.science.model import Weights
from workers.science.setup import set_up
from workers.science.trajectory import Trajectory

SHORT = {
    "training": {"steps": 2, "batch": 6},
    "checkpoints": {"schedule": "at", "at": [1]},
    "measure_at": {"schedule": "at", "at": [1]},
}
THREE_LAYERS = {"name": "transformer", "n_layers": 3, "d_model": 8, "n_heads": 2, "d_mlp": 4}
SITES = ["heads", "residual", "attention", "mlp"]
ANALYSES = [
    {"name": "attention-patterns", "examples": 5},
    {"name": "component-effects", "by": "zero", "answer": "k=1"},
    {"name": "activation-patching", "of": SITES, "examples": 4},
    {"name": "composition-map"},
    {"name": "neuron-ablation"},
]


def looked_at(base, **changes):
    """The panels of all analyses, by key, and the last checkpoint."""
    asked, archive = recipe(base | SHORT, **changes), MemoryArchive()
    events = carry_out(asked, archive=archive)
    setup = set_up(asked, (0, 1), torch.device("cpu"))
    return {e.panel.key: e.panel for e in of_kind(Analysed, events)}, Trajectory(setup, archive, [0, 2]).last


@pytest.fixture(scope="module")
def deep():
    return looked_at(PREVIOUS_TOKEN, model=THREE_LAYERS, analyses=ANALYSES)


def test_patterns_stand_with_the_first_position_on_top_and_rows_add_up_to_one(deep):
    panels, last = deep
    assert [key for key in panels if "attention-of" in key] == [f"attention-of-5-layer-{layer}" for layer in range(3)]
    panel = panels["attention-of-5-layer-1"]
    assert [frame.step for frame in panel.frames] == [0, 1, 2]
    grid = next(grid for grid in panel.frames[-1].grids if (grid.name, grid.seed) == ("L1H1", 1))
    assert (grid.x, grid.y) == (["0", "1", "2", "3"], ["3", "2", "1", "0"])
    assert grid.z[-1] == [1.0, 0.0, 0.0, 0.0]
    assert [sum(row) for row in grid.z] == pytest.approx([1.0] * 4, abs=1e-3)
    name = "blocks.1.attn.hook_pattern"
    _, found = last.model.run(last.weights, last.splits["test"].inputs[:, :5], record=[name])
    assert grid.z[0] == pytest.approx(found[name][1, :, 1, 3].mean(0).tolist(), abs=1e-4)


def test_parts_are_shown_with_what_they_write_and_what_is_lost_without_them(deep):
    panels, last = deep
    written = measure(LogitAttribution(answer="k=1"), last)
    lost = measure(AblationEffect(by="zero", answer="k=1"), last)
    bars = panels["attribution-at-k-1"].series[1]
    assert dict(zip(bars.x, bars.y, strict=True))["L1H0"] == pytest.approx(written["L1H0 at k=1"][1].item())
    assert sum(bars.y) == pytest.approx(written["at k=1"][1].item())
    bars = panels["ablation-zero-at-k-1"].series[0]
    by_part = dict(zip(bars.x, bars.y, strict=True))
    assert by_part["L0 MLP"] == pytest.approx(lost["zero L0 MLP at k=1"][0].item())
    points = panels["attribution-and-ablation-zero-at-k-1"].series[0]
    assert points.text[:4] == ["L0H0", "L0H1", "L0 MLP", "L1H0"] and len(points.text) == 9
    assert points.y == pytest.approx([by_part[name] for name in points.text])


def test_patching_is_shown_by_head_and_by_position(deep):
    panels, last = deep
    assert [key for key in panels if "patching" in key] == [f"patching-{site}" for site in SITES]
    by_head, by_place = (measure(PatchingEffect(of=of, examples=4), last) for of in ("heads", "residual"))
    heads, places = (panels[f"patching-{of}"].grids[1] for of in ("heads", "residual"))
    assert heads.z[1][0] == pytest.approx(by_head["L1H0"][1].item(), abs=1e-4)
    assert places.y == ["L0", "L1", "L2", "end"]
    assert places.z[3][3] == pytest.approx(by_place["end residual 3"][1].item(), abs=1e-4)


def test_circuits_of_a_head_that_copies_from_one_place_back():
    weights: Weights = previous_token_weights()
    ov = full_ov(MODEL, weights, 0)
    assert torch.equal(ov[0, 0], LOUD * torch.eye(VOCABULARY).double()) and not ov[0, 1].any()
    positions = full_qk(MODEL, weights, 0, weights["pos_embed.W_pos"])
    assert torch.equal(positions[1, 1], 1000 * torch.ones(LENGTH, LENGTH).double().tril(-1).triu(-1))
    assert not full_qk(MODEL, weights, 0, weights["embed.W_E"]).any()


def test_circuits_have_a_row_for_each_token_and_for_each_position():
    panels, last = looked_at(ADDITION, training={"steps": 2}, analyses=[{"name": "head-circuits"}])
    assert list(panels) == ["ov-layer-0", "qk-layer-0", "qk-positions-layer-0"]
    ov = panels["ov-layer-0"].grids[2]  # of the first head, in the second seed
    assert (ov.name, ov.seed, ov.y[0], ov.y[-1], len(ov.x)) == ("L0H0", 1, "7", "0", 7)
    expected = full_ov(last.model, last.weights, 0)[1, 0]
    assert ov.z[-1] == pytest.approx(expected[0].tolist(), abs=1e-3)
    assert [grid.name for grid in panels["qk-positions-layer-0"].grids] == ["L0H0", "L0H1"] * 2


def test_composition_is_shown_from_earlier_to_later_heads(deep):
    panels, last = deep
    grid = panels["composition-map"].frames[-1].grids[0]
    assert (grid.name, grid.seed) == ("K composition", 0)
    assert (grid.y, grid.x) == (["L0H0", "L0H1", "L1H0", "L1H1"], ["L1H0", "L1H1", "L2H0", "L2H1"])
    scores = measure(CompositionScores(), last)
    assert grid.z[1][2] == pytest.approx(scores["K L0H1 to L2H0"][0].item(), abs=1e-4)
    assert grid.z[2][:2] == [None, None] and None not in grid.z[2][2:] + grid.z[0]


def taken_away_in_every_order(panels, last):
    curves = {(s.name, s.seed): s.y for s in panels["neuron-ablation"].series}
    assert {name for name, _ in curves} == {"largest first", "smallest first", "random"}
    losses = last.loss(last.outputs("test"), last.labels("test")).tolist()
    for (_, seed), curve in curves.items():
        assert curve[0] == pytest.approx(losses[seed], abs=1e-5)
        assert curve[-1] == pytest.approx(curves["random", seed][-1], abs=1e-5)


def test_neurons_of_all_layers_are_taken_away_from_none_to_all(deep):
    taken_away_in_every_order(*deep)


def test_neurons_of_an_mlp_are_too():
    taken_away_in_every_order(*looked_at(MLP, training={"steps": 2}, analyses=[{"name": "neuron-ablation"}]))


def test_without_layers_only_the_embedding_writes():
    no_layers = THREE_LAYERS | {"n_layers": 0}
    panels, last = looked_at(PREVIOUS_TOKEN, model=no_layers, analyses=[*ANALYSES, {"name": "head-circuits"}])
    assert list(panels) == ["attribution-at-k-1"]
    assert panels["attribution-at-k-1"].series[0].x == ["embedding", "positions"]
    looks = [AblationEffect(), AblationEffectOnAccuracy(), PatchingEffect(), PatchingEffect(of="mlp"), CopyingScore()]
    for look in [*looks, CompositionScores(), AttentionToAnswer(), AttentionToPosition(to="2")]:
        assert measure(look, last) == {}
