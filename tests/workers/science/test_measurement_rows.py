"""Measurements as columns: a row for each seed, in the order in which they came."""

import pyarrow as pa

from experiments.columns import SCHEMA, unpack
from workers.science.events import Measured
from workers.science.measurements import MeasurementRows

ROWS = [
    (0, 5, "loss", "test", "", 0.5),
    (3, 5, "loss", "test", "", 0.25),
    (0, 5, "accuracy", "", "digit 1", 1.0),
    (3, 6, "loss", "test", "", 0.125),
]


def gathered(*, earlier: pa.Table | None = None) -> MeasurementRows:
    rows = MeasurementRows(earlier)
    rows.add(Measured(5, "loss", "test", "", (0, 3), (0.5, 0.25)))
    rows.add(Measured(5, "accuracy", "", "digit 1", (0,), (1.0,)))
    rows.add(Measured(6, "loss", "test", "", (3,), (0.125,)))
    return rows


def as_tuples(table: pa.Table) -> list[tuple[object, ...]]:
    assert table.schema.equals(SCHEMA)
    return [tuple(row.values()) for row in table.to_pylist()]


def test_each_seed_has_a_row_of_its_own() -> None:
    assert as_tuples(gathered().table()) == ROWS
    assert len(gathered()) == 4


def test_no_rows_are_a_table_as_well() -> None:
    assert as_tuples(MeasurementRows().table()) == []


def test_rows_of_before_come_first() -> None:
    before = gathered().table().slice(0, 2)
    assert as_tuples(gathered(earlier=before).table()) == ROWS[:2] + ROWS


def test_what_was_taken_is_not_taken_again() -> None:
    rows = gathered()
    assert as_tuples(unpack(rows.take_packed())) == ROWS
    assert len(rows) == 0
    rows.add(Measured(7, "loss", "test", "", (1,), (2.0,)))
    assert as_tuples(unpack(rows.take_packed())) == [(1, 7, "loss", "test", "", 2.0)]
