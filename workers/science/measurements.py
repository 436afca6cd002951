"""Measurements gathered as columns, as the site and the notebook read them."""

import pyarrow as pa

from experiments.columns import SCHEMA, pack
from workers.science.events import Measured


class MeasurementRows:
    """Rows in the order they were measured, one per seed."""

    def __init__(self) -> None:
        self._columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}

    @classmethod
    def from_table(cls, table: pa.Table) -> "MeasurementRows":
        rows = cls()
        rows._columns = {name: table.column(name).to_pylist() for name in SCHEMA.names}
        return rows

    def __len__(self) -> int:
        return len(self._columns["step"])

    def add(self, measured: Measured) -> None:
        n_seeds = len(measured.seeds)
        self._columns["seed"] += measured.seeds
        self._columns["value"] += measured.values
        self._columns["step"] += [measured.step] * n_seeds
        self._columns["measure"] += [measured.measure] * n_seeds
        self._columns["split"] += [measured.split] * n_seeds
        self._columns["component"] += [measured.component] * n_seeds

    def table(self) -> pa.Table:
        return pa.table(self._columns).cast(SCHEMA)

    def take_packed(self) -> bytes:
        """The rows as bytes on the wire; the next rows start anew."""
        packed = pack(self.table())
        self._columns = {name: [] for name in self._columns}
        return packed
