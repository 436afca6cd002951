"""Measurements gathered as columns, as the site and the notebook read them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from experiments.columns import SCHEMA, pack
from workers.science.events import Measured

LABELS = ("measure", "split", "component")


class MeasurementRows:
    """Rows in the order they were measured, one per seed.

    What the seeds of a measurement share is kept once and repeated only where the columns are made.
    """

    def __init__(self, earlier: pa.Table | None = None) -> None:
        self._earlier = SCHEMA.empty_table() if earlier is None else earlier.select(SCHEMA.names).cast(SCHEMA)
        self._start_anew()

    def _start_anew(self) -> None:
        self._measured: list[Measured] = []
        self._seeds: list[int] = []
        self._values: list[float] = []

    def __len__(self) -> int:
        return len(self._earlier) + len(self._values)

    def add(self, measured: Measured) -> None:
        self._measured.append(measured)
        self._seeds += measured.seeds
        self._values += measured.values

    def table(self) -> pa.Table:
        counts = [len(measured.seeds) for measured in self._measured]
        columns = {
            "seed": self._seeds,
            "step": np.repeat(np.array([measured.step for measured in self._measured], dtype=np.int64), counts),
            **{name: _repeated([getattr(measured, name) for measured in self._measured], counts) for name in LABELS},
            "value": self._values,
        }
        new = pa.table([pa.array(columns[field.name], field.type) for field in SCHEMA], schema=SCHEMA)
        return pa.concat_tables([self._earlier, new]).unify_dictionaries().combine_chunks()

    def take_packed(self) -> bytes:
        """The rows as bytes on the wire; the next rows start anew."""
        packed = pack(self.table())
        self._earlier = SCHEMA.empty_table()
        self._start_anew()
        return packed


def _repeated(labels: Sequence[str], counts: Sequence[int]) -> pa.DictionaryArray:
    """A column of labels, each as often as its count says."""
    encoded = pa.array(labels, pa.utf8()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(np.repeat(encoded.indices.to_numpy(), counts), encoded.dictionary)
