"""The one curve that stands for a run where there is room for no more: drawn from its measurements, and kept when the
run ends."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from experiments.columns import unpack
from experiments.curves import Curve, median_with_band
from experiments.models import Headline, MeasurementChunk, Run
from experiments.services.measurements import Trace, thinned

Points = tuple[tuple[float, float], ...]
Resolved = Mapping[str, Any]  # a resolved recipe as plain data

SPARKLINE_POINTS = 60


class Line(NamedTuple):
    name: str  # of what was measured, such as "test accuracy"
    points: Points  # (step, median over the seeds)


def keep_headline(run: Run) -> None:
    """Of a run that has just ended: no more will be measured."""
    line = read_headlines({run.pk: run.recipe.resolved})[run.pk]
    Headline.objects.update_or_create(run=run, defaults={"name": line.name, "points": line.points})


def headline_of(resolved: Resolved) -> tuple[str, str]:
    """Measure and split: that of the first expectation, else test accuracy where measured, else the first measure.

    Read off a resolved recipe as it is stored, which need not be of today's vocabulary: checking a hundred recipes
    anew would take longer than all else a list does.
    """
    if resolved["expect"]:
        first = resolved["expect"][0]
        return first["measure"], first.get("split") or ""
    measured = [(spec["name"], spec.get("split") or "") for spec in resolved["measures"]]
    return ("accuracy", "test") if ("accuracy", "test") in measured else measured[0]


def read_headlines(recipes: Mapping[int, Resolved]) -> dict[int, Line]:
    """By run, from its measurements, in one query. `recipes` are the resolved ones, by run."""
    wanted = {run: headline_of(resolved) for run, resolved in recipes.items()}
    curves = _curves_by_run(wanted)
    return {
        run: Line(" ".join(filter(None, [split, measure])), _thinned_median(curves.get(run, {}).values()))
        for run, (measure, split) in wanted.items()
    }


def _curves_by_run(wanted: Mapping[int, tuple[str, str]]) -> dict[int, dict[int, Curve]]:
    """By run, its measure and split of each seed at the first grid point."""
    chunks = MeasurementChunk.objects.filter(shard__run__in=wanted, shard__point=0).order_by("pk")
    rows: dict[int, dict[int, list[tuple[int, float | None]]]] = {}
    for run, data in chunks.values_list("shard__run", "data").iterator():
        for seed, step, value in _rows(unpack(bytes(data)), *wanted[run]):
            rows.setdefault(run, {}).setdefault(seed, []).append((step, value if math.isfinite(value) else None))
    return {
        run: {seed: Curve([x for x, _ in points], [y for _, y in points]) for seed, points in seeds.items()}
        for run, seeds in rows.items()
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
