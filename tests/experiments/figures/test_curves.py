"""Medians, bands and smoothing have known answers; curves become figures that plotly accepts."""

import plotly.graph_objects
import pytest

from experiments.curves import Curve, median_with_band, quantile, smoothed
from experiments.figures import figure_of_traces, floor_trace, median_traces, seed_traces
from experiments.recipe.panels import Series


def test_median_and_band_are_taken_over_the_curves_that_have_a_value_there():
    curves = [Curve([0, 10], [1.0, None]), Curve([0, 20], [3.0, 8.0]), Curve([0], [2.0])]
    band = median_with_band(curves)
    assert band.x == [0, 10, 20]
    assert band.median == [2.0, None, 8.0]
    assert band.low[0] == pytest.approx(1.2)
    assert band.high[0] == pytest.approx(2.8)


def test_words_on_the_x_axis_keep_their_order():
    assert median_with_band([Curve(["cos 2", "cos 1"], [1.0, 2.0])]).x == ["cos 2", "cos 1"]


def test_a_quantile_lies_on_the_line_between_neighbours():
    assert quantile([0.0, 10.0], 0.25) == 2.5
    assert quantile([4.0], 0.9) == 4.0
    assert quantile([], 0.5) is None


def test_smoothing_leaves_a_constant_alone_and_keeps_gaps():
    assert smoothed([2.0, None, 2.0], 0.9) == [pytest.approx(2.0), None, pytest.approx(2.0)]


def test_no_smoothing_changes_nothing():
    assert smoothed([1.0, 5.0, None], 0.0) == [1.0, 5.0, None]


def test_smoothing_starts_from_the_first_value_and_lags_behind():
    assert smoothed([1.0, 0.0], 0.5) == [1.0, pytest.approx(1 / 3)]


@pytest.mark.parametrize("as_median", [False, True])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_plotly_accepts_curves(as_median, scale):
    series = [Series(name=n, seed=s, x=[0, 1], y=[1.0, None]) for n in ("train", "test") for s in (0, 1)]
    traces = [*(median_traces(series) if as_median else seed_traces(series)), floor_trace(0.5, 1)]
    figure = figure_of_traces(traces, measure="loss", unit="nats", x_scale=scale, y_scale=scale, theme="dark")
    drawn = plotly.graph_objects.Figure(figure)
    assert drawn.layout.xaxis.type == drawn.layout.yaxis.type == scale
    assert len(drawn.data) == (7 if as_median else 5)
    assert len({trace.uid for trace in drawn.data}) == len(drawn.data)
