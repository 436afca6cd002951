"""Measurements as a worker sends them, checked against the shard they are about before anything is stored."""

import base64
import binascii
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from experiments.columns import unpack
from experiments.models import Shard
from experiments.protocol import MeasurementsEvent
from experiments.services.last_values import newest_rows
from experiments.services.refusals import Unprocessable

MAX_SERIES = 20_000

LABELS = {"measure": 40, "split": 20, "component": 80}  # longest, as the fields of LastValue hold them


@dataclass(frozen=True)
class Measured:
    """Checked measurements: the bytes as they came, the table in them, and the newest row of each series."""

    data: bytes
    table: pa.Table
    newest: pa.Table


def checked_measurements(event: MeasurementsEvent, *, shard: Shard, after: int | None, where: str) -> Measured:
    """What an event holds. Refuses anything but new measurements of this shard's own seeds."""
    field = f"{where}.arrow"
    try:
        data = base64.b64decode(event.arrow, validate=True)
        table = unpack(data)
    except (binascii.Error, ValueError) as error:
        raise Unprocessable("invalid", f"measurements cannot be read: {error}", fields={field: str(error)}) from error
    newest = newest_rows(table)
    trouble = _trouble(table, newest, shard, first=0 if after is None else after + 1)
    if trouble:
        raise Unprocessable("invalid", f"measurements: {trouble}", fields={field: trouble})
    return Measured(data, table, newest)


def _trouble(table: pa.Table, newest: pa.Table, shard: Shard, *, first: int) -> str:
    """What is wrong with the rows, in a sentence; empty when nothing is."""
    if not table.num_rows:
        return "no rows"
    strangers = set(pc.unique(newest["seed"]).to_pylist()) - set(shard.seeds)
    if strangers:
        return f"seeds {sorted(strangers)[:5]} are not among those of the shard, {shard.seeds}"
    steps = pc.min_max(table["step"]).as_py()
    if steps["min"] < first or steps["max"] > shard.steps:
        return f"steps {steps['min']} to {steps['max']}; allowed: {first} to {shard.steps}"
    step = table["step"].combine_chunks()
    if len(step) > 1 and pc.any(pc.less(step[1:], step[:-1])).as_py():
        return "rows are not in step order"
    for name, longest in LABELS.items():
        labels = pc.unique(newest[name].cast(pa.utf8()))
        if any(len(label) > longest or "\x00" in label for label in labels.to_pylist()):
            return f"{name}: a label is longer than {longest} characters or holds NUL"
    if newest.num_rows > MAX_SERIES:
        return f"{newest.num_rows} series; allowed: at most {MAX_SERIES}"
    return ""
