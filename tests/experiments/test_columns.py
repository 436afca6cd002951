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


@settings(deadline=None)
@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(BadColumns):
        unpack(data)
