"""The newest value of each series, kept beside the chunks so that lists need not open them."""

import math
from typing import Any

import pyarrow as pa

from experiments.models import LastValue, Shard

SERIES = ("seed", "measure", "split", "component")
ROWS_PER_STATEMENT = 500  # SQLite bounds the number of parameters


def newest_rows(table: pa.Table) -> list[dict[str, Any]]:
    """The last row of each series of a table in step order."""
    plain = pa.table({name: _undictionaried(table[name]) for name in table.column_names})
    grouped = plain.group_by(list(SERIES), use_threads=False).aggregate([("step", "last"), ("value", "last")])
    return list(grouped.rename_columns([*SERIES, "step", "value"]).to_pylist())


def keep_last_values(shard: Shard, table: pa.Table) -> None:
    rows = [
        LastValue(shard=shard, **(row | {"value": row["value"] if math.isfinite(row["value"]) else None}))
        for row in newest_rows(table)
    ]
    LastValue.objects.bulk_create(
        rows,
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["shard", *SERIES],
        update_fields=["step", "value"],
    )


def _undictionaried(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.utf8()) if pa.types.is_dictionary(column.type) else column
