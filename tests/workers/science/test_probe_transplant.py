"""Probes moved to where it is known what they find."""

import torch

from experiments.recipe.measures import LinearProbe, ProbePerKind, ProbeTransplant
from experiments.recipe.models import Transformer
from experiments.recipe.tasks import GraphHops, Othello
from tests.workers.science.runs import MemoryArchive, carry_out, of_kind, recipe
from workers.science.events import Analysed
from workers.science.measures import measure
from workers.science.measures.probe_transplant import share_where, transplanted

TINY = recipe(
    task={"name": "othello", "size": 4, "n_test": 60},
    model={"n_layers": 2, "d_model": 16, "n_heads": 2, "d_mlp": 16},
    training={"steps": 1, "batch": 4},
    measures=[{"name": "loss"}],
    analyses=[{"name": "transplanted-probes"}],
)


def test_at_home_a_probe_is_the_linear_probe(snapshot):
    at_home = transplanted(snapshot).diagonal(dim1=1, dim2=2)
    known = measure(LinearProbe(), snapshot)
    expected = torch.stack([known[f"mine-theirs {at}"] for at in ("embedding", "L0", "L1")], dim=1)
    torch.testing.assert_close(at_home, expected)


def test_every_pair_of_places_has_a_component_and_the_whole_is_their_mean(snapshot):
    values = measure(ProbeTransplant(), snapshot)
    whole = values.pop("")
    assert set(values) == {
        *("embedding to L0", "embedding to L1", "L0 to embedding"),
        *("L0 to L1", "L1 to embedding", "L1 to L0"),
    }
    torch.testing.assert_close(whole, torch.stack(list(values.values())).mean(0))


def test_through_a_layer_that_writes_nothing_a_probe_reads_what_it_read_at_home(setup, snapshot):
    """And through one that turns the stream around it reads the wrong things."""
    silent = {
        f"blocks.1.{name}": torch.zeros_like(snapshot.weights[f"blocks.1.{name}"]) for name in ("attn.W_O", "mlp.W_out")
    }
    found = transplanted(setup.snapshot(snapshot.weights | silent))
    torch.testing.assert_close(found[:, 1, 2], found[:, 1, 1])
    torch.testing.assert_close(found[:, 2], found[:, 1])


def test_kinds_are_told_apart_and_share_out_all_squares_with_a_disc_or_none(snapshot):
    values = measure(ProbePerKind(), snapshot)
    assert set(values) == {f"{k} {at}" for k in ("flipped", "standing", "empty") for at in ("embedding", "L0", "L1")}
    assert all(((value > 0) & (value <= 1)).all() for value in values.values())


def test_only_what_counts_is_counted():
    right = torch.tensor([[[True, False], [True, True]]])
    assert share_where(right, torch.tensor([[[True, True], [False, False]]])).item() == 0.5
    assert share_where(right, torch.tensor([[[False, False], [True, False]]])).item() == 1.0
    assert share_where(right, torch.zeros_like(right)).isnan().all()


def test_the_map_holds_the_numbers_of_the_measure():
    archive = MemoryArchive()
    (event,) = of_kind(Analysed, carry_out(TINY, archive=archive))
    grids = event.panel.grids
    assert [grid.seed for grid in grids] == [0, 1] and grids[0].x == grids[0].y == ["embedding", "L0", "L1"]
    assert all(0 <= value <= 1 for row in grids[0].z for value in row)


def test_kinds_need_a_task_that_has_them():
    model = Transformer(d_model=8, n_heads=2)
    assert ProbePerKind().fits(Othello(size=4), model) and not ProbePerKind().fits(GraphHops(), model)
    assert ProbeTransplant().fits(GraphHops(), model)
