"""Measurements as a worker sends them, checked against the shard they are about before anything is stored."""

import base64
import binascii

import pyarrow as pa
import pyarrow.compute as pc

from experiments.columns import unpack
from experiments.models import Shard
from experiments.protocol import MeasurementsEvent
from experiments.services.last_values import SERIES
from experiments.services.refusals import Unprocessable

MAX_SERIES = 20_000

LABELS = {"measure": 40, "split": 20, "component": 80}  # longest, as the fields of LastValue hold them


def checked_measurements(
    event: MeasurementsEvent, *, shard: Shard, after: int | None, where: str
) -> tuple[bytes, pa.Table]:
    """The bytes to keep and the table in them. Refuses anything but new measurements of this shard's own seeds."""
    field = f"{where}.arrow"
    try:
        data = base64.b64decode(event.arrow, validate=True)
        table = unpack(data)
    except (binascii.Error, ValueError) as error:
        raise Unprocessable("invalid", f"measurements cannot be read: {error}", fields={field: str(error)}) from error
    trouble = _trouble(table, shard, first=0 if after is None else after + 1)
    if trouble:
        raise Unprocessable("invalid", f"measurements: {trouble}", fields={field: trouble})
    return data, table


def _trouble(table: pa.Table, shard: Shard, *, first: int) -> str:
    """What is wrong with the rows, in a sentence; empty when nothing is."""
    if not table.num_rows:
        return "no rows"
    strangers = set(pc.unique(table["seed"]).to_pylist()) - set(shard.seeds)
    if strangers:
        return f"seeds {sorted(strangers)[:5]} are not among those of the shard, {shard.seeds}"
    steps = pc.min_max(table["step"]).as_py()
    if steps["min"] < first or steps["max"] > shard.steps:
        return f"steps {steps['min']} to {steps['max']}; allowed: {first} to {shard.steps}"
    step = table["step"].combine_chunks()
    if len(step) > 1 and pc.any(pc.less(step[1:], step[:-1])).as_py():
        return "rows are not in step order"
    for name, longest in LABELS.items():
        labels = pc.unique(table[name].cast(pa.utf8()))
        if any(len(label) > longest or "\x00" in label for label in labels.to_pylist()):
            return f"{name}: a label is longer than {longest} characters or holds NUL"
    n_series = table.select(SERIES).group_by(list(SERIES)).aggregate([]).num_rows
    if n_series > MAX_SERIES:
        return f"{n_series} series; allowed: at most {MAX_SERIES}"
    return ""
