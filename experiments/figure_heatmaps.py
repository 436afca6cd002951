"""Heat maps as small multiples that share one colour scale, so that they can be compared."""

from collections.abc import Sequence

from experiments.figure_layout import Json, Theme, axis_of, layout_of
from experiments.recipe.panels import Axis, Frame, Grid, Panel

ROW_HEIGHT = 280
LOW_ROW_HEIGHT = 180
MANY_GRIDS = 9  # above this, four low ones stand in a row


def heatmap_figure(panel: Panel, grids: Sequence[Grid], theme: Theme) -> Json:
    """A figure of some grids of a panel; the colours span every grid of every frame."""
    columns, row_height = _multiples(len(grids))
    rows = -(-len(grids) // columns) or 1
    layout = layout_of(panel.x, panel.y, theme, traces=[]) | {"height": 90 + row_height * rows, "annotations": []}
    layout["coloraxis"] = _colour_axis(panel)
    for place, grid in enumerate(grids):
        row, column = divmod(place, columns)
        suffix = _suffix(place)
        left, top = column / columns, 1 - row / rows
        x_domain, y_domain = [left, left + 0.86 / columns], [top - 1 / rows + 50 / (rows * row_height), top]
        is_lowest = place + columns >= len(grids)
        x_axis = _cell_axis(panel.x, grid.x, is_titled=is_lowest) | {"domain": x_domain, "anchor": f"y{suffix}"}
        y_axis = _cell_axis(panel.y, grid.y, is_titled=column == 0) | {"domain": y_domain, "anchor": f"x{suffix}"}
        y_axis["showticklabels"] = column == 0 or grid.y != grids[place - 1].y  # words would run into the plot beside
        layout |= {f"xaxis{suffix}": x_axis, f"yaxis{suffix}": y_axis}
        title = {"text": _grid_label(grid), "x": left, "y": top, "xref": "paper", "yref": "paper", "showarrow": False}
        layout["annotations"].append(title | {"xanchor": "left", "yanchor": "bottom"})
    return {"data": [heatmap_trace(grid, place) for place, grid in enumerate(grids)], "layout": layout}


def _multiples(n_grids: int) -> tuple[int, int]:
    """How many small multiples stand in a row, and the height of a row in pixels."""
    if n_grids > MANY_GRIDS:
        return 4, LOW_ROW_HEIGHT
    return (2 if n_grids in (2, 4) else min(max(n_grids, 1), 3)), ROW_HEIGHT


def _suffix(place: int) -> str:
    """What plotly puts behind the names of the axes of a subplot."""
    return "" if place == 0 else str(place + 1)


def _grid_label(grid: Grid) -> str:
    return grid.name if grid.seed is None else f"{grid.name}, seed {grid.seed}"


def heatmap_trace(grid: Grid, place: int) -> Json:
    suffix = _suffix(place)
    drawn = {"type": "heatmap", "name": _grid_label(grid), "coloraxis": "coloraxis"}
    return drawn | {"x": grid.x, "y": grid.y, "z": grid.z, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _cell_axis(axis: Axis, values: Sequence[float | str | None], *, is_titled: bool) -> Json:
    """An axis of one small multiple; only the outer ones have room for a title."""
    drawn = axis_of(axis, values)
    return drawn if is_titled else drawn | {"title": {"text": ""}}


def _colour_axis(panel: Panel) -> Json:
    """One range for every grid of every frame; signed values get a scale whose middle is zero."""
    frames = panel.frames or [Frame(step=0)]
    grids = [*panel.grids, *(grid for frame in frames for grid in frame.grids)]
    values = [value for grid in grids for row in grid.z for value in row if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    bar: Json = {"colorbar": {"thickness": 12, "outlinewidth": 0}}
    if low < 0 < high:
        reach = max(-low, high)
        return bar | {"colorscale": "RdBu", "reversescale": True, "cmin": -reach, "cmax": reach}
    return bar | {"colorscale": "Viridis", "cmin": low, "cmax": high}
