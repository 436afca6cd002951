from collections.abc import Iterator

import pytest

from tests.benchmarks.report import Report


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    measured = Report()
    yield measured
    print(f"\n\n{measured.table()}\n\nKept in {measured.path}")
