"""Measurements as bytes."""

import math

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.columns import SCHEMA, BadColumns, pack, unpack

row = st.tuples(
    st.integers(0, 2**31 - 1),
    st.integers(0, 2**31),
    st.sampled_from(["loss", "accuracy"]),
    st.sampled_from(["train", ""]),
    st.text(max_size=5),
    st.floats(),
)


@settings(deadline=None)
@given(rows=st.lists(row, max_size=20))
def test_what_is_packed_is_unpacked(rows: list[tuple[object, ...]]) -> None:
    columns = {name: [r[i] for r in rows] for i, name in enumerate(SCHEMA.names)}
    plain = pa.table(columns) if rows else SCHEMA.empty_table()
    table = unpack(pack(plain))
    assert table.schema.equals(SCHEMA)
    found = [tuple(record.values()) for record in table.to_pylist()]
    assert [r[:5] for r in found] == [r[:5] for r in rows]
    for (*_, value), (*_, expected) in zip(found, rows, strict=True):
        assert value == expected or (math.isnan(value) and math.isnan(expected))  # type: ignore[arg-type]


def batch_of(labels: list[str | None]) -> pa.RecordBatch:
    """A row for each label of its dictionary."""
    n = len(labels)
    empty = pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([""]))
    measure = pa.DictionaryArray.from_arrays(pa.array(range(n), pa.int32()), pa.array(labels))
    numbers = [pa.array([0] * n, pa.int32()), pa.array(range(n), pa.int64())]
    return pa.record_batch([*numbers, measure, empty, empty, pa.array([1.0] * n)], schema=SCHEMA)


def stream_of(*batches: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream, pa.ipc.new_stream(stream, SCHEMA) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def test_batches_with_dictionaries_of_their_own_come_under_one() -> None:
    table = unpack(stream_of(batch_of(["a", "b"]), batch_of(["b", "c"])))
    assert table["measure"].to_pylist() == ["a", "b", "b", "c"]
    assert table.group_by("measure").aggregate([("step", "count")]).num_rows == 3


@pytest.mark.parametrize("labels", [["a", "a"], ["a", None]])
def test_labels_that_are_not_each_there_once_are_refused(labels: list[str | None]) -> None:
    with pytest.raises(BadColumns, match="labels of measure"):
        unpack(stream_of(batch_of(labels)))


@settings(deadline=None)
@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(BadColumns):
        unpack(data)
