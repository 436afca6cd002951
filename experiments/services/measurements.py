"""Reading what was measured: whole columns, never a row per point."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tsdownsample import MinMaxLTTBDownsampler

from experiments.columns import together
from experiments.models import MeasurementChunk, Run

MAX_POINTS = 1500
TRACE = ("point", "measure", "split", "component", "seed")


def read_measurements(run: Run, *, after_chunk: int = 0) -> tuple[pa.Table, int]:
    """All measurements of a run that came after a chunk, with the grid point of each, and the newest chunk's id.

    Rows of a series are in step order. A run that resumed may have lost chunks a reader has seen: see `generation`.
    """
    packed, newest = packed_measurements(run, after_chunk=after_chunk)
    return together(packed), newest


def packed_measurements(run: Run, *, after_chunk: int = 0) -> tuple[list[tuple[int, bytes]], int]:
    """The same as they are stored: packed tables, each with its grid point."""
    chunks = MeasurementChunk.objects.filter(shard__run=run, pk__gt=after_chunk).order_by("pk")
    rows = list(chunks.values_list("pk", "shard__point", "data"))
    return [(point, bytes(data)) for _, point, data in rows], rows[-1][0] if rows else after_chunk


def generation(run: Run) -> int:
    """Grows whenever a shard is claimed. Where it differs from last time, points seen before may be gone: read anew."""
    return sum(run.shards.values_list("epoch", flat=True))


@dataclass(frozen=True)
class Trace:
    """One line of a plot. A value that is not finite is None."""

    point: int
    measure: str
    split: str
    component: str
    seed: int
    steps: list[int]
    values: list[float | None]


def curves(run: Run, *, after_chunk: int = 0, max_points: int = MAX_POINTS) -> tuple[list[Trace], int]:
    """The measurements as traces of at most `max_points` each, the same ones every time, and the newest chunk's id."""
    table, newest = read_measurements(run, after_chunk=after_chunk)
    return [thinned(trace, max_points) for trace in traces_of(table)], newest


def traces_of(table: pa.Table) -> Iterator[Trace]:
    """The rows of each series, in step order."""
    if not table.num_rows:
        return
    plain = pa.table({name: _plain(table[name]) for name in table.column_names})
    ordered = plain.take(pc.sort_indices(plain, sort_keys=[(name, "ascending") for name in (*TRACE, "step")]))
    series = ordered.group_by(list(TRACE), use_threads=False).aggregate([("step", "count")])
    start = 0
    for row in series.to_pylist():
        part = ordered.slice(start, row.pop("step_count"))
        start += part.num_rows
        values = [value if math.isfinite(value) else None for value in part["value"].to_pylist()]
        yield Trace(steps=part["step"].to_pylist(), values=values, **row)


def thinned(trace: Trace, max_points: int) -> Trace:
    """At most `max_points` of the points, chosen so that the line looks the same (MinMaxLTTB).

    Of values that are not finite only the first stays: it shows where the training went wrong.
    """
    if len(trace.steps) <= max_points:
        return trace
    finite = np.array([value is not None for value in trace.values])
    places = np.flatnonzero(finite)
    if len(places) > max_points - 1:
        x = np.asarray(trace.steps, dtype=np.float64)[places]
        y = np.array([value for value in trace.values if value is not None])
        sampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
        places = places[sampler.downsample(x, y, n_out=max_points - 1)]
    kept = sorted({*places.tolist(), *np.flatnonzero(~finite)[:1].tolist()})
    return Trace(
        trace.point,
        trace.measure,
        trace.split,
        trace.component,
        trace.seed,
        steps=[trace.steps[i] for i in kept],
        values=[trace.values[i] for i in kept],
    )


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.utf8()) if pa.types.is_dictionary(column.type) else column
