"""Storing and reading measurements against MLflow's `log_batch` into SQLite, in one run. Run by `make bench`.

To reach: 50 times the points per second through our API, at most 10 bytes a point, reading 30 series of 1,000 points 50
times faster. Ours pays for HTTP, a token and the checks of a real web server; MLflow's client writes to its file.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.benchmarks.report import Report, Row, Section
from tests.benchmarks.tracking import N_POINTS, N_SERIES, STEPS, Mlflow, OurStore, values

mlflow = pytest.importorskip("mlflow", reason="`make bench` installs it: pip install '.[bench]'")

pytestmark = pytest.mark.filterwarnings("ignore")  # of MLflow and what it brings

TURNS = 3
BATCHES = {"1,000 points a call, as MLflow allows": 33, "15,000 points a call": 500, "30,000 points a call": 1000}
WHAT_IS_SENT = (
    "A worker sends every two seconds what it measured since, up to 8 MB; MLflow takes at most 1,000 points a call. "
    "Both begin with plain Python numbers. Ours are packed, sent by HTTP, checked against the recipe and stored with "
    "the newest value of each series."
)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OurStore]:
    store = OurStore(tmp_path_factory.mktemp("ours"))
    with store.running():
        yield store


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Mlflow:
    return Mlflow(tmp_path_factory.mktemp("theirs"))


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_storing_and_reading(ours: OurStore, theirs: Mlflow, report: Report) -> None:
    numbers = values()
    of_mlflow: list[float] = []
    of_ours: dict[str, list[float]] = {what: [] for what in BATCHES}
    grown = {"ours": -ours.n_bytes(), "theirs": -theirs.n_bytes()}
    for _ in range(TURNS):
        their_run = theirs.new_run()
        of_mlflow.append(seconds(partial(theirs.store, their_run, numbers)))
        for what, steps_a_call in BATCHES.items():
            our_run, session = ours.claimed()
            of_ours[what].append(seconds(partial(ours.store, session, numbers, steps_a_call=steps_a_call)))
    rows = stored_rows(of_ours, of_mlflow)
    rows.append(size_row(ours, theirs, grown))
    rows.append(reading_row(ours, theirs, our_run, their_run))
    report.add(Section("Measurement store", rows, packages=["mlflow-skinny", "SQLAlchemy", "pyarrow"]))


def stored_rows(of_ours: dict[str, list[float]], of_mlflow: list[float]) -> list[Row]:
    theirs = N_POINTS / statistics.median(of_mlflow)
    rows = []
    for what, times in of_ours.items():
        ours = N_POINTS / statistics.median(times)
        rate, against = (f"{points:,.0f} points/s" for points in (ours, theirs))
        rows.append(Row(f"storing, {what}", rate, against, f"{ours / theirs:.0f}", "50"))
    return [*rows[:-1], replace(rows[-1], remark=WHAT_IS_SENT)]


def size_row(ours: OurStore, theirs: Mlflow, grown: dict[str, int]) -> Row:
    a_point = {
        "ours": (ours.n_bytes() + grown["ours"]) / (TURNS * len(BATCHES) * N_POINTS),
        "theirs": (theirs.n_bytes() + grown["theirs"]) / (TURNS * N_POINTS),
    }
    ours_said, theirs_said = (f"{n_bytes:.1f} bytes" for n_bytes in a_point.values())
    ratio = f"{a_point['theirs'] / a_point['ours']:.0f}"
    remark = "Growth of the whole file, so runs, recipes, tokens and indexes count as well. Values are of float32."
    return Row("kept for a point", ours_said, theirs_said, ratio, "10 bytes", remark)


def reading_row(ours: OurStore, theirs: Mlflow, our_run: int, their_run: str) -> Row:
    assert ours.read(our_run).num_rows == theirs.read(their_run) == N_POINTS
    times = [(seconds(lambda: ours.read(our_run)), seconds(lambda: theirs.read(their_run))) for _ in range(TURNS)]
    fast, slow = (statistics.median(column) for column in zip(*times, strict=True))
    what = f"reading {N_SERIES} series of {STEPS:,} points"
    remark = "Ours by the notebook client over HTTP, all in one answer; MLflow's history of each series from its file."
    return Row(what, f"{1000 * fast:.0f} ms", f"{1000 * slow:.0f} ms", f"{slow / fast:.0f}", "50", remark)
