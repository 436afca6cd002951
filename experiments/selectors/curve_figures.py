"""The curves of a run as figures: everything at first, then only what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from experiments.figure_layout import Json, Scale
from experiments.figures import (
    MANY_SEEDS,
    MEDIAN_PARTS,
    figure_of_traces,
    floor_trace,
    looks_of,
    median_traces,
    seed_traces,
    uid_of,
)
from experiments.models import LastValue, Run
from experiments.recipe import Recipe
from experiments.recipe.panels import Series
from experiments.selectors.measured import (
    floor_of,
    points_of,
    series_by_measure,
    series_name,
    thinned_series,
    unit_of,
    with_smoothing,
)
from experiments.services.measurements import read_measurements, traces_of

SMOOTHINGS = (0.0, 0.5, 0.9, 0.98)
FRACTION = "fraction"  # the unit whose interesting end is 1: such a measure keeps its linear axis


@dataclass(frozen=True)
class Choice:
    """How the reader wants the curves; kept in the address of the page."""

    seeds: Literal["all", "median"]
    x: Scale
    y: Scale
    smoothing: float


def choice_of(query: Mapping[str, str], *, n_seeds: int, n_points: int = 1) -> Choice:
    """What an address says, with a default for whatever it does not say or says wrongly."""
    many = n_seeds > MANY_SEEDS or n_points > 1
    try:
        smoothing = float(query.get("smoothing", 0))
    except ValueError:
        smoothing = 0.0
    return Choice(
        seeds=_one_of(query.get("seeds"), "median" if many else "all", "all" if many else "median"),
        x=_one_of(query.get("x"), "linear", "log"),
        y=_one_of(query.get("y"), "log", "linear"),
        smoothing=smoothing if smoothing in SMOOTHINGS else 0.0,
    )


def _one_of(said: str | None, default: Any, other: Any) -> Any:
    return other if said == other else default


def y_scale(choice: Choice, unit: str) -> Scale:
    return "linear" if unit == FRACTION else choice.y


def figures_since(run: Run, recipe: Recipe, choice: Choice, *, after_chunk: int) -> tuple[dict[str, Json], int]:
    """Figures by measure, and the chunk to ask after next time.

    With `after_chunk`, each figure has only traces that changed, from their first changed step on: the reader's page
    puts them in place of what it has from there.
    """
    points = points_of(recipe)
    table, last_chunk = read_measurements(run, after_chunk=after_chunk)
    fresh = series_by_measure(traces_of(table), points)
    series = fresh
    if fresh and after_chunk and (choice.smoothing or choice.seeds == "median"):
        series = series_by_measure(traces_of(read_measurements(run)[0]), points)
    names = _names(run, points) if fresh else {}
    traces = {m: _traces(series[m], choice, recipe.seeds, names.get(m, [])) for m in fresh}
    if after_chunk:
        return {m: {"data": _changed(traces[m], fresh[m], choice)} for m in fresh}, last_chunk
    return {m: _whole_figure(m, traces[m], recipe, choice) for m in fresh}, last_chunk


def _traces(series: Sequence[Series], choice: Choice, seeds: Sequence[int], names: Sequence[str]) -> list[Json]:
    smooth = with_smoothing(series, choice.smoothing)
    if choice.seeds == "median":
        return median_traces(smooth, looks=looks_of(names))
    return seed_traces([thinned_series(s) for s in smooth], seeds=seeds, names=names)


def _whole_figure(measure: str, traces: list[Json], recipe: Recipe, choice: Choice) -> Json:
    unit, floor = unit_of(recipe, measure), floor_of(recipe, measure)
    if floor:
        traces = [*traces, floor_trace(floor, recipe.training.steps)]
    return figure_of_traces(traces, measure=measure, unit=unit, x_scale=choice.x, y_scale=y_scale(choice, unit))


def _changed(traces: list[Json], fresh: Sequence[Series], choice: Choice) -> list[Json]:
    """The traces that the fresh points are in, from the first of them on; a median moves with any of its seeds."""
    first: dict[str, float] = {}
    for s in fresh:
        parts = MEDIAN_PARTS if choice.seeds == "median" else [s.seed]
        uids = [uid_of(s.name, part) for part in parts]
        step = min(x for x in s.x if isinstance(x, int | float))
        first |= {uid: min(step, first.get(uid, step)) for uid in uids}
    return [_from_step(trace, first[trace["uid"]]) for trace in traces if trace["uid"] in first]


def _from_step(trace: Json, step: float) -> Json:
    place = next((i for i, x in enumerate(trace["x"]) if x >= step), len(trace["x"]))
    return trace | {"x": trace["x"][place:], "y": trace["y"][place:]}


def _names(run: Run, points: Mapping[int, str]) -> dict[str, list[str]]:
    """Every name of each measure that was seen so far, so that a trace keeps its colour when others come in later."""
    fields = ("shard__point", "measure", "split", "component")
    fields = ("shard__point", "measure", "split", "component")
    seen = LastValue.objects.filter(shard__run=run).order_by(*fields).values_list(*fields).distinct()
    names: dict[str, list[str]] = {}
    for point, measure, split, component in seen:
        name = series_name(split, component, points.get(point, "")) or measure
        names.setdefault(measure, []).append(name)
    return names
