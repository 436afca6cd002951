"""The newest value of each series, kept beside the chunks so that lists need not open them."""

import math

import pyarrow as pa

from experiments.models import LastValue, Shard

SERIES = ("seed", "measure", "split", "component")
ROWS_PER_STATEMENT = 500  # SQLite bounds the number of parameters


def newest_rows(table: pa.Table) -> pa.Table:
    """The last row of each series of a table in step order."""
    grouped = table.group_by(list(SERIES), use_threads=False).aggregate([("step", "last"), ("value", "last")])
    return grouped.rename_columns([*SERIES, "step", "value"])


def keep_last_values(shard: Shard, newest: pa.Table) -> None:
    rows = [
        LastValue(shard=shard, **(row | {"value": row["value"] if math.isfinite(row["value"]) else None}))
        for row in newest.to_pylist()
    ]
    LastValue.objects.bulk_create(
        rows,
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["shard", *SERIES],
        update_fields=["step", "value"],
    )
