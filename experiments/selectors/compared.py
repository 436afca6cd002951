"""The curves and last values of several runs together."""

from collections.abc import Mapping, Sequence

from experiments.figure_layout import Json
from experiments.figures import DASHES, SEED_COLOURS, figure_of_traces, median_traces
from experiments.models import LastValue, Run
from experiments.recipe.panels import Series
from experiments.selectors.curve_figures import Choice, y_scale
from experiments.selectors.measured import points_of, series_by_measure, series_name, unit_of, with_smoothing
from experiments.services.measurements import read_measurements, traces_of

MAX_RUNS = 50
BAND_RUNS = len(SEED_COLOURS)  # with more runs than colours, bands would only cover each other


def compared_figures(runs: Sequence[Run], choice: Choice) -> dict[str, Json]:
    """Per measure, of each run, split and grid point the median of its seeds; with a band if runs are few."""
    series: dict[str, dict[int, list[Series]]] = {}
    units: dict[str, str] = {}
    for run in runs:
        recipe = run.recipe.recipe
        for measure, found in series_by_measure(traces_of(read_measurements(run)[0]), points_of(recipe)).items():
            series.setdefault(measure, {})[run.pk] = with_smoothing(found, choice.smoothing)
            units[measure] = unit_of(recipe, measure)
    colours = {run.pk: SEED_COLOURS[place % len(SEED_COLOURS)] for place, run in enumerate(runs)}
    return {
        measure: figure_of_traces(
            _traces(by_run, colours),
            measure=measure,
            unit=units[measure],
            x_scale=choice.x,
            y_scale=y_scale(choice, units[measure]),
        )
        for measure, by_run in series.items()
    }


def _traces(by_run: Mapping[int, Sequence[Series]], colours: Mapping[int, str]) -> list[Json]:
    """The colour tells the run, the dash what is measured."""
    names = list(dict.fromkeys(s.name for found in by_run.values() for s in found))
    traces: list[Json] = []
    for pk, found in by_run.items():
        renamed = [s.model_copy(update={"name": f"run {pk}, {s.name}"[:120]}) for s in found]
        looks = {f"run {pk}, {n}"[:120]: (colours[pk], DASHES[i % len(DASHES)]) for i, n in enumerate(names)}
        traces += median_traces(renamed, looks=looks, with_bands=len(colours) <= BAND_RUNS)
    return traces


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
