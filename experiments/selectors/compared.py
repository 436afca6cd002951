"""The curves and last values of several runs together."""

from collections.abc import Sequence

from experiments.figure_layout import Json
from experiments.figures import SEED_COLOURS, figure_of_traces, median_traces
from experiments.models import LastValue, Run
from experiments.recipe.panels import Series
from experiments.selectors.curve_figures import Choice, y_scale
from experiments.selectors.measured import points_of, series_by_measure, series_name, unit_of, with_smoothing
from experiments.services.measurements import read_measurements, traces_of

MAX_RUNS = 50
BAND_RUNS = len(SEED_COLOURS)  # with more runs than colours, bands would only cover each other


def compared_figures(runs: Sequence[Run], choice: Choice) -> dict[str, Json]:
    """Per measure, of each run, split and grid point the median of its seeds; with a band if runs are few."""
    series: dict[str, list[Series]] = {}
    units: dict[str, str] = {}
    for run in runs:
        recipe = run.recipe.recipe
        traces = traces_of(read_measurements(run)[0])
        for measure, found in series_by_measure(traces, points_of(recipe), prefix=f"run {run.pk}").items():
            series.setdefault(measure, []).extend(with_smoothing(found, choice.smoothing))
            units[measure] = unit_of(recipe, measure)
    return {
        measure: figure_of_traces(
            _traces(found, with_bands=len(runs) <= BAND_RUNS),
            measure=measure,
            unit=units[measure],
            x_scale=choice.x,
            y_scale=y_scale(choice, units[measure]),
        )
        for measure, found in series.items()
    }


def _traces(series: Sequence[Series], *, with_bands: bool) -> list[Json]:
    traces = median_traces(series)
    return traces if with_bands else [trace for trace in traces if trace["uid"].endswith("|median")]


def last_values_of(runs: Sequence[Run]) -> list[tuple[str, list[tuple[float, float] | None]]]:
    """Per series, the lowest and highest newest value over the seeds of each run; None where a run has none."""
    found: dict[str, dict[int, list[float]]] = {}
    points = {run.pk: points_of(run.recipe.recipe) for run in runs}
    rows = LastValue.objects.filter(shard__run__in=runs, value__isnull=False).order_by("measure", "split", "component")
    fields = ("shard__run", "shard__point", "measure", "split", "component", "value")
    for pk, point, measure, split, component, value in rows.values_list(*fields):
        name = " ".join(filter(None, [measure, series_name(split, component, points[pk].get(point, ""))]))
        found.setdefault(name, {}).setdefault(pk, []).append(value)
    spans = {name: {pk: (min(values), max(values)) for pk, values in by_run.items()} for name, by_run in found.items()}
    return [(name, [by_run.get(run.pk) for run in runs]) for name, by_run in spans.items()]
