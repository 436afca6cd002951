"""The numbers of a panel as a table, for readers without JavaScript or sight."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.recipe.panels import Axis, Grid, Number, Panel, Series

MAX_ROWS = 200


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[list[Number | str]]
    n_left_out: int = 0  # rows beyond the limit; the files of the run hold them all


def table_of_panel(panel: Panel, *, max_rows: int = MAX_ROWS) -> Table:
    """Series that share their x side by side, others one below the other; of frames, the last one."""
    last = panel.frames[-1] if panel.frames else None
    if panel.kind == "heatmap":
        grids = [*panel.grids, *(last.grids if last else [])]
        return _cut(_grid_columns(panel), _grid_rows(grids), max_rows)
    series = [*panel.series, *(last.series if last else [])]
    if panel.kind in ("lines", "bars") and _share_x(series):
        columns = [_title(panel.x), *(_label(s) for s in series)]
        rows = [[x, *(s.y[place] for s in series)] for place, x in enumerate(series[0].x)] if series else []
        return _cut(columns, rows, max_rows)
    columns = ["series", "point", _title(panel.x), _title(panel.y)]
    return _cut(columns, [row for s in series for row in _series_rows(s)], max_rows)


def _cut(columns: list[str], rows: list[list[Number | str]], max_rows: int) -> Table:
    return Table(columns, rows[:max_rows], max(0, len(rows) - max_rows))


def _share_x(series: Sequence[Series]) -> bool:
    return all(s.x == series[0].x for s in series)


def _series_rows(series: Series) -> list[list[Number | str]]:
    texts = series.text or [str(place) for place in range(len(series.y))]
    points = zip(texts, series.x, series.y, strict=True)
    return [[_label(series), text, x, y] for text, x, y in points]


def _grid_columns(panel: Panel) -> list[str]:
    return ["grid", _title(panel.y), _title(panel.x), "value"]


def _grid_rows(grids: Sequence[Grid]) -> list[list[Number | str]]:
    return [
        [_label(grid), y, x, value]
        for grid in grids
        for y, row in zip(grid.y, grid.z, strict=True)
        for x, value in zip(grid.x, row, strict=True)
    ]


def _label(part: Series | Grid) -> str:
    return part.name if part.seed is None else f"{part.name}, seed {part.seed}"


def _title(axis: Axis) -> str:
    return f"{axis.label} ({axis.unit})" if axis.unit else axis.label
