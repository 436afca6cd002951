"""Measurements as columns, on the wire and at rest: an Arrow IPC stream, compressed as a whole with zstd.

Those of a run are a bundle of such streams, each behind eight bytes: its grid point and its length.
"""

import struct
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

MAX_ROWS = 500_000
MAX_PACKED_BYTES = 6 * 1024 * 1024
MAX_UNPACKED_BYTES = 48 * 1024 * 1024

_label = pa.dictionary(pa.int32(), pa.utf8())

SCHEMA = pa.schema(
    [
        pa.field("seed", pa.int32(), nullable=False),
        pa.field("step", pa.int64(), nullable=False),
        pa.field("measure", _label, nullable=False),
        pa.field("split", _label, nullable=False),  # empty for a measure that has none
        pa.field("component", _label, nullable=False),  # empty for the whole
        pa.field("value", pa.float64(), nullable=False),  # NaN and infinities are values
    ]
)


class BadColumns(ValueError):
    """The bytes are not measurements."""


COLUMNS = pa.schema([pa.field("point", pa.int32(), nullable=False), *SCHEMA])  # of a whole run
HEAD = struct.Struct("<iI")


def pack(table: pa.Table) -> bytes:
    """The table as bytes. Columns are brought to SCHEMA, so plain string columns will do."""
    sink = pa.BufferOutputStream()
    with (
        pa.CompressedOutputStream(sink, "zstd") as stream,
        pa.ipc.new_stream(stream, SCHEMA, options=pa.ipc.IpcWriteOptions(unify_dictionaries=True)) as writer,
    ):
        writer.write_table(table.select(SCHEMA.names).cast(SCHEMA).combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


def unpack(data: bytes) -> pa.Table:
    """The table that was packed. Raises BadColumns for anything else, without unpacking more than the bound."""
    if len(data) > MAX_PACKED_BYTES:
        raise BadColumns(f"{len(data)} bytes; allowed: at most {MAX_PACKED_BYTES}")
    try:
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            plain = stream.read(MAX_UNPACKED_BYTES + 1)
        if len(plain) > MAX_UNPACKED_BYTES:
            raise BadColumns(f"unpacks to more than {MAX_UNPACKED_BYTES} bytes")
        with pa.ipc.open_stream(plain) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, MemoryError) as error:
        raise BadColumns(f"not a packed Arrow stream: {error}") from error
    if not table.schema.equals(SCHEMA):
        raise BadColumns(f"columns are {_described(table.schema)}; allowed: {_described(SCHEMA)}")
    if any(column.null_count for column in table.columns):
        raise BadColumns("a column has empty cells")
    if table.num_rows > MAX_ROWS:
        raise BadColumns(f"{table.num_rows} rows; allowed: at most {MAX_ROWS}")
    return _with_one_dictionary(table)


def _with_one_dictionary(table: pa.Table) -> pa.Table:
    """Batches may bring their own labels; from here on equal labels have equal codes."""
    unified = table.unify_dictionaries()
    for name in ("measure", "split", "component"):
        for chunk in unified[name].chunks[:1]:
            labels = chunk.dictionary
            if labels.null_count or len(labels.unique()) < len(labels):
                raise BadColumns(f"the labels of {name} are not each there once")
    return unified


def together(packed: Iterable[tuple[int, bytes]]) -> pa.Table:
    """The packed tables, each with its grid point, as one. Raises BadColumns."""
    tables = [_with_point(unpack(data), point) for point, data in packed]
    return pa.concat_tables(tables).unify_dictionaries() if tables else COLUMNS.empty_table()


def _with_point(table: pa.Table, point: int) -> pa.Table:
    column = pa.array(np.full(table.num_rows, point, dtype=np.int32))
    return table.add_column(0, COLUMNS.field("point"), column)


def bundled(packed: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(part for point, data in packed for part in (HEAD.pack(point, len(data)), data))


def parts_of(bundle: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(bundle):
        point, n_bytes = HEAD.unpack_from(bundle, start)
        start += HEAD.size
        yield point, bundle[start : start + n_bytes]
        start += n_bytes


def _described(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)
