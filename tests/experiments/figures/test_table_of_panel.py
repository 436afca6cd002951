"""The numbers of a panel, for readers without JavaScript."""

from experiments.figure_tables import table_of_panel
from experiments.recipe.panels import Axis, Frame, Grid, Panel, Series


def panel(kind, **parts):
    return Panel(key="p", title="A panel", kind=kind, x=Axis(label="step"), y=Axis(label="loss", unit="nats"), **parts)


def test_lines_that_share_their_steps_stand_side_by_side():
    two = [Series(name="test", seed=seed, x=[0, 10], y=[1.0 + seed, None]) for seed in (0, 1)]
    table = table_of_panel(panel("lines", series=two))
    assert table.columns == ["step", "test, seed 0", "test, seed 1"]
    assert table.rows == [[0, 1.0, 2.0], [10, None, None]]


def test_lines_with_steps_of_their_own_stand_below_each_other():
    table = table_of_panel(panel("lines", series=[Series(name="a", x=[0], y=[1.0]), Series(name="b", x=[5], y=[2.0])]))
    assert table.columns == ["series", "point", "step", "loss (nats)"]
    assert table.rows == [["a", "0", 0, 1.0], ["b", "0", 5, 2.0]]


def test_a_path_names_its_points():
    table = table_of_panel(panel("path", series=[Series(name="logits", seed=2, x=[0.5], y=[0.25], text=["step 100"])]))
    assert table.rows == [["logits, seed 2", "step 100", 0.5, 0.25]]


def test_a_heat_map_has_a_row_per_cell():
    grid = Grid(name="head 0", x=["a", "b"], y=["q"], z=[[0.5, None]])
    assert table_of_panel(panel("heatmap", grids=[grid])).rows == [
        ["head 0", "q", "a", 0.5],
        ["head 0", "q", "b", None],
    ]


def test_of_frames_the_last_one_is_shown():
    frames = [Frame(step=s, series=[Series(name="n", x=[1], y=[float(s)])]) for s in (0, 9)]
    assert table_of_panel(panel("bars", frames=frames)).rows == [[1, 9.0]]


def test_a_long_table_says_how_many_rows_it_leaves_out():
    long = Series(name="n", x=list(range(50)), y=[0.0] * 50)
    table = table_of_panel(panel("lines", series=[long]), max_rows=20)
    assert (len(table.rows), table.n_left_out) == (20, 30)


def test_a_panel_without_numbers_is_an_empty_table():
    assert table_of_panel(panel("lines")).rows == []
