"""Measurements of runs as the series of plots and the rows of tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.curves import smoothed
from experiments.models import LastValue, Run
from experiments.recipe import Recipe
from experiments.recipe.panels import Series
from experiments.services.measurements import MAX_POINTS, Trace, thinned


def unit_of(recipe: Recipe, measure: str) -> str:
    return next((spec.unit_on(recipe.task) for spec in recipe.measures if spec.name == measure), "")


def floor_of(recipe: Recipe, measure: str) -> float | None:
    """What the best possible network reaches, unless the grid points differ in it."""
    if any(dotted.startswith("task.") for dotted in recipe.sweep):
        return None
    return next((spec.floor_on(recipe.task) for spec in recipe.measures if spec.name == measure), None)


def measures_of(recipe: Recipe) -> list[str]:
    """The names of the measures in the recipe's order, each once: one plot each."""
    return list(dict.fromkeys(spec.name for spec in recipe.measures))


def series_by_measure(traces: Iterable[Trace], points: Mapping[int, str]) -> dict[str, list[Series]]:
    """One series per trace. `points` says what is special about a grid point; a run without a sweep has none."""
    found: dict[str, list[Series]] = {}
    for trace in traces:
        point = points.get(trace.point, "")
        name = series_name(trace.split, trace.component, point) or trace.measure
        series = Series(name=name, seed=trace.seed, x=list(trace.steps), y=trace.values)
        found.setdefault(trace.measure, []).append(series)
    return found


def series_name(split: str, component: str, point: str) -> str:
    return ", ".join(filter(None, [split, component, point]))[:120]


def points_of(recipe: Recipe) -> dict[int, str]:
    """What is special about each grid point, in words; empty without a sweep."""
    if not recipe.sweep:
        return {}
    ends = [name.rpartition(".")[2] for name in recipe.sweep]
    names = {name: end if ends.count(end) == 1 else name for name, end in zip(recipe.sweep, ends, strict=True)}
    return {
        index: ", ".join(f"{names[name]} = {value}" for name, value in overrides.items())
        for index, overrides in enumerate(recipe.points())
    }


def with_smoothing(series: Sequence[Series], weight: float) -> list[Series]:
    if not weight:
        return list(series)
    return [s.model_copy(update={"y": smoothed(s.y, weight)}) for s in series]


def thinned_series(series: Series) -> Series:
    """Few enough points for a plot, the same ones every time."""
    steps = [int(x) for x in series.x if isinstance(x, int | float)]
    kept = thinned(Trace(0, "", "", "", 0, steps, series.y), MAX_POINTS)
    return series.model_copy(update={"x": list(kept.steps), "y": kept.values})


@dataclass(frozen=True)
class LastRow:
    """The newest value of a measure on each seed, as a row of the table for readers without JavaScript."""

    name: str
    unit: str
    values: list[LastValue]  # one per seed, in the order of the seeds

    @property
    def finite(self) -> list[float]:
        return sorted(value.value for value in self.values if value.value is not None)


def last_rows(run: Run, recipe: Recipe) -> list[LastRow]:
    points = points_of(recipe)
    values = LastValue.objects.filter(shard__run=run).select_related("shard")
    order = {name: place for place, name in enumerate(measures_of(recipe))}
    rows: dict[tuple[int, int, str, str], LastRow] = {}
    for value in values.order_by("shard__point", "measure", "split", "component", "seed"):
        point = value.shard.point
        key = (point, order.get(value.measure, len(order)), value.split, value.component)
        name = " ".join(filter(None, [value.measure, series_name(value.split, value.component, points.get(point, ""))]))
        rows.setdefault(key, LastRow(name, unit_of(recipe, value.measure), [])).values.append(value)
    return [rows[key] for key in sorted(rows)]
