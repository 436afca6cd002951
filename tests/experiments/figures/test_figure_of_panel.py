"""Every kind of panel becomes a figure that plotly accepts; seeds keep their colours."""

import json

import plotly.graph_objects
import pytest

from experiments.figure_layout import template_of_theme
from experiments.figures import SEED_COLOURS, figure_of_panel, seed_traces
from experiments.recipe.panels import Axis, Frame, Grid, Panel, Series

STEPS = [0.0, 10.0, 20.0]


def panel(kind, **parts):
    x, y = Axis(label="step"), Axis(label="loss", unit="nats", scale="log")
    return Panel(key="p", title="A panel", kind=kind, x=x, y=y, **parts)


def series(seed, name="test", y=(3.0, 2.0, None)):
    return Series(name=name, seed=seed, x=STEPS, y=list(y), text=["0", "10", "20"])


def grid(value, seed=0):
    return Grid(name="head 0", seed=seed, x=["a", "b"], y=["a", "b"], z=[[value, 0.0], [None, 1.0]])


def accepted(figure):
    """Plotly's own validation, on what a browser would get."""
    return plotly.graph_objects.Figure(json.loads(json.dumps(figure)))


@pytest.mark.parametrize("kind", ["lines", "scatter", "path", "bars"])
@pytest.mark.parametrize("n_seeds", [0, 1, 3, 64])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_series_of_each_kind(kind, n_seeds, theme):
    drawn = accepted(figure_of_panel(panel(kind, series=[series(seed) for seed in range(n_seeds)]), theme=theme))
    assert (len(drawn.data) > 0) == (n_seeds > 0)


@pytest.mark.parametrize("n_grids", [0, 1, 2, 7])
def test_plotly_accepts_any_number_of_heat_maps(n_grids):
    drawn = accepted(figure_of_panel(panel("heatmap", grids=[grid(0.5, seed) for seed in range(n_grids)])))
    assert [trace.type for trace in drawn.data] == ["heatmap"] * n_grids


@pytest.mark.parametrize("kind", ["lines", "scatter", "path", "bars"])
@pytest.mark.parametrize("n_seeds", [2, 40])
def test_frames_become_a_slider_that_starts_at_the_last_checkpoint(kind, n_seeds):
    fixed = [series(seed, "fixed") for seed in range(n_seeds)]
    frames = [Frame(step=step, series=[series(seed) for seed in range(n_seeds)]) for step in (0, 100)]
    drawn = accepted(figure_of_panel(panel(kind, series=fixed, frames=frames)))
    assert [step.label for step in drawn.layout.sliders[0].steps] == ["0", "100"]
    assert drawn.layout.sliders[0].active == 1
    moving = drawn.frames[0].traces
    assert [drawn.data[place].uid for place in moving] == [trace.uid for trace in drawn.frames[0].data]


def test_heat_maps_in_a_row_name_their_rows_once_where_they_are_the_same():
    same, other = grid(0.5, 0), grid(0.5, 1).model_copy(update={"y": ["c", "d"]})
    layout = figure_of_panel(panel("heatmap", grids=[same, same, other]))["layout"]
    assert [layout[axis]["showticklabels"] for axis in ("yaxis", "yaxis2", "yaxis3")] == [True, False, True]


def test_frames_of_heat_maps_share_one_colour_range():
    frames = [Frame(step=0, grids=[grid(5.0)]), Frame(step=10, grids=[grid(-2.0)])]
    drawn = accepted(figure_of_panel(panel("heatmap", frames=frames)))
    assert (drawn.layout.coloraxis.cmin, drawn.layout.coloraxis.cmax) == (-5.0, 5.0)
    assert drawn.frames[0].data[0].xaxis == drawn.data[0].xaxis


def test_linear_axes_keep_their_range_while_the_slider_moves():
    frames = [Frame(step=0, series=[series(0)]), Frame(step=1, series=[series(0, y=(300.0, 1.0, 1.0))])]
    drawn = accepted(figure_of_panel(panel("path", frames=frames)))
    assert drawn.layout.xaxis.range == (-1.0, 21.0)


def test_a_seed_has_the_same_colour_on_every_plot_of_a_run():
    seeds = [7, 3]
    lines = figure_of_panel(panel("lines", series=[series(3), series(7)]), seeds=seeds)
    path = figure_of_panel(panel("path", series=[series(7)]), seeds=seeds)
    assert [trace["line"]["color"] for trace in lines["data"]] == [SEED_COLOURS[1], SEED_COLOURS[0]]
    assert path["data"][0]["line"]["color"] == SEED_COLOURS[0]


def test_names_of_one_seed_differ_by_dash():
    drawn = figure_of_panel(panel("lines", series=[series(0, "train"), series(0, "test")]))
    assert [trace["line"]["dash"] for trace in drawn["data"]] == ["solid", "dot"]


def test_a_single_point_is_seen():
    ends = [Series(name="probe", seed=seed, x=[100], y=[0.5]) for seed in range(13)]
    assert [trace["mode"] for trace in seed_traces(ends)] == ["markers"] * 13
    assert seed_traces([Series(name="loss", seed=0, x=[0, 100], y=[1.0, 0.5])])[0]["mode"] == "lines"


def test_more_than_twelve_seeds_become_a_median_with_a_band():
    drawn = figure_of_panel(panel("lines", series=[series(seed, y=(seed, seed, seed)) for seed in range(13)]))
    assert [trace["y"][0] for trace in drawn["data"]] == pytest.approx([1.2, 10.8, 6.0])


def test_axes_carry_unit_and_scale():
    layout = figure_of_panel(panel("lines", series=[series(0)]))["layout"]
    assert (layout["yaxis"]["title"]["text"], layout["yaxis"]["type"]) == ("loss (nats)", "log")


def test_traces_are_named_by_plain_words_for_selectors():
    figure = figure_of_panel(panel("lines", series=[series(0, "train, p = 0.3 | x"), series(1, "train, p = 0.3 | x")]))
    uids = [trace["uid"] for trace in figure["data"]]
    assert len(set(uids)) == 2
    assert all(uid.isalnum() for uid in uids)


def test_light_and_dark_differ_in_the_template_alone():
    light, dark = (figure_of_panel(panel("lines", series=[series(0)]), theme=theme) for theme in ("light", "dark"))
    assert light["layout"].pop("template") == template_of_theme("light")
    assert dark["layout"].pop("template") == template_of_theme("dark")
    assert light == dark


def test_bars_named_by_words_stand_on_an_axis_of_words():
    bars = Series(name="explained", seed=0, x=["PC 1", "PC 2"], y=[0.7, 0.2])
    assert accepted(figure_of_panel(panel("bars", series=[bars]))).layout.xaxis.type == "category"
    assert accepted(figure_of_panel(panel("bars", series=[series(0)]))).layout.xaxis.type == "linear"
