"""The one curve that stands for a run where there is room for no more: a sparkline."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.core.cache import cache

from experiments.columns import unpack
from experiments.curves import Curve, median_with_band
from experiments.models import MeasurementChunk, Run
from experiments.services.measurements import Trace, thinned

Points = tuple[tuple[float, float], ...]

SPARKLINE_POINTS = 60
KEPT_SECONDS = 24 * 3600


def headline_of(recipe: Mapping[str, Any]) -> tuple[str, str]:
    """Measure and split: that of the first expectation, else test accuracy where measured, else the first measure.

    Of a recipe as it is kept, and not read by today's vocabulary: a list must not break for want of one old word.
    """
    if recipe["expect"]:
        return recipe["expect"][0]["measure"], recipe["expect"][0].get("split") or ""
    measured = [(spec["name"], spec.get("split") or "") for spec in recipe["measures"]]
    return ("accuracy", "test") if ("accuracy", "test") in measured else measured[0]


def headline_points(runs: Iterable[Run]) -> dict[int, Points]:
    """By run, (step, median over its seeds) of its headline measure, in one query. Ended runs are remembered."""
    asked = {run.pk: run for run in runs}
    known: dict[str, Points] = cache.get_many([_key(run) for run in asked.values()])
    found = {pk: known[_key(run)] for pk, run in asked.items() if _key(run) in known}
    missing = {pk: run for pk, run in asked.items() if pk not in found}
    curves = _curves_by_run(missing) if missing else {}
    for pk, run in missing.items():
        found[pk] = _thinned_median(curves.get(pk, {}).values())
        if run.is_ended:
            cache.set(_key(run), found[pk], KEPT_SECONDS)
    return found


def _key(run: Run) -> str:
    return f"headline-{run.pk}-{run.state}"


def _curves_by_run(runs: dict[int, Run]) -> dict[int, dict[int, Curve]]:
    """The headline measure of each seed at the first grid point."""
    wanted = {pk: headline_of(run.recipe.resolved) for pk, run in runs.items()}
    chunks = MeasurementChunk.objects.filter(shard__run__in=runs, shard__point=0).order_by("pk")
    rows: dict[int, dict[int, list[tuple[int, float | None]]]] = {}
    for pk, data in chunks.values_list("shard__run", "data").iterator():
        for seed, step, value in _rows(unpack(bytes(data)), *wanted[pk]):
            rows.setdefault(pk, {}).setdefault(seed, []).append((step, value if math.isfinite(value) else None))
    return {
        pk: {seed: Curve([x for x, _ in points], [y for _, y in points]) for seed, points in seeds.items()}
        for pk, seeds in rows.items()
    }


def _rows(table: pa.Table, measure: str, split: str) -> Iterator[tuple[int, int, float]]:
    mask = pc.equal(table["measure"].cast(pa.utf8()), measure)
    for name, value in (("split", split), ("component", "")):
        mask = pc.and_(mask, pc.equal(table[name].cast(pa.utf8()), value))
    kept = table.filter(mask)
    return zip(*(kept[name].to_pylist() for name in ("seed", "step", "value")), strict=True)


def _thinned_median(curves: Collection[Curve]) -> Points:
    band = median_with_band(list(curves))
    line = Trace(0, "", "", "", 0, [int(x or 0) for x in band.x], band.median)
    thin = thinned(line, SPARKLINE_POINTS)
    return tuple((float(x), y) for x, y in zip(thin.steps, thin.values, strict=True) if y is not None)
