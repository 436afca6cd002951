"""The dispatcher at a thousand workers and as long a queue as is asked for. Run by `make bench`.

CIRCUITBOARD_BENCH_SHARDS=1000000 asks for the full size; CIRCUITBOARD_TEST_DATABASE=postgresql for PostgreSQL.
To reach: what a decision costs does not depend on the length of the queue, and people share alike within 10%.
"""

import os
import re
import statistics
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experiments.services import wake_ups
from experiments.services.dispatch import dispatch
from tests.benchmarks.crowd import N_PEOPLE, N_WORKERS, Crowd
from tests.benchmarks.report import Report, Row, Section

FULL = int(os.environ.get("CIRCUITBOARD_BENCH_SHARDS", "100000"))
SINGLE_PASSES = 200
SIMULATED_SECONDS, STEP_SECONDS = 3600, 30

ROWS: list[Row] = []
SHARES = (
    f"{N_PEOPLE} people share {N_WORKERS} workers, a tenth of them with a GPU, for an hour of simulated time with a "
    f"pass every {STEP_SECONDS} s. Their shards last one to fifteen minutes, each person's own way; device time is "
    "compared. Claims and ends are made by plain statements: neither their cost nor the broker's is in these figures."
)

pytestmark = pytest.mark.django_db(transaction=True)


class Pass(NamedTuple):
    seconds: float
    offered: list[tuple[int, str]]


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """What a broker would have carried."""
    sent: list[tuple[int, str]] = []

    def send(task: str, *, args: tuple[int, ...] = (), queue: str) -> bool:
        sent.append((args[0], queue.removeprefix("compute.")))
        return True

    monkeypatch.setattr(wake_ups, "send", send)
    return sent


@pytest.fixture(scope="module", autouse=True)
def section(report: Report) -> Iterator[None]:
    yield
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    report.add(Section(f"Dispatcher at {N_WORKERS:,} workers on {name}", ROWS, packages=["Django"]))


def one_pass(crowd: Crowd, offers: list[tuple[int, str]]) -> Pass:
    offers.clear()
    with time_machine.travel(crowd.now, tick=False):
        began = time.perf_counter_ns()
        dispatch()
        seconds = (time.perf_counter_ns() - began) / 1e9
    crowd.take(offers)
    return Pass(seconds, list(offers))


@pytest.mark.parametrize("n_shards", sorted({10_000, 100_000, FULL}))
def test_cost_of_a_decision(n_shards, offers):
    crowd = Crowd(n_shards)
    cold = one_pass(crowd, offers)
    assert len(cold.offered) == N_WORKERS
    singles = []
    for _ in range(SINGLE_PASSES):
        crowd.end_first()
        singles.append(one_pass(crowd, offers))
    per_decision = sorted(1000 * one.seconds / len(one.offered) for one in singles)
    crowd.end_first()
    n_rows, queries = load_of_a_pass(crowd)
    figures = {
        "one slot free": f"{statistics.median(per_decision):.1f} ms a decision",
        f"{N_WORKERS} slots free": f"{1000 * cold.seconds / N_WORKERS:.2f} ms a decision",
        "queries of a pass": str(len(queries)),
        "rows read by a pass": "not counted by SQLite" if n_rows is None else str(n_rows),
    }
    ROWS.extend(Row(f"{n_shards:,} queued, {what}", figure, target="same") for what, figure in figures.items())
    assert scans_of_the_queue(queries) == []


def load_of_a_pass(crowd: Crowd) -> tuple[int | None, list[str]]:
    """Rows that the tables and indexes gave, where the database counts them, and the queries."""
    before = rows_read()
    with time_machine.travel(crowd.now, tick=False), CaptureQueriesContext(connection) as captured:
        assert dispatch()
    after = rows_read()
    return None if after is None or before is None else after - before, [query["sql"] for query in captured]


def rows_read() -> int | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


def scans_of_the_queue(queries: list[str]) -> list[str]:
    """The plans that read the table of shards from end to end."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    scans = []
    with connection.cursor() as cursor:
        for sql in queries:
            if re.match(r"\s*(SELECT|WITH)", sql):
                cursor.execute(explain + sql.replace("%", "%%"))
                plan = "\n".join(str(column) for row in cursor.fetchall() for column in row)
                scans += [plan] if re.search(r"(Seq Scan on|SCAN) experiments_shard\b(?! USING)", plan) else []
    return scans


def test_people_share_alike(offers):
    crowd = Crowd(max(FULL, 100_000))  # fewer, and somebody would run out of shards
    n_decisions = 0
    seconds = 0.0
    for _ in range(SIMULATED_SECONDS // STEP_SECONDS):
        passed = one_pass(crowd, offers)
        n_decisions, seconds = n_decisions + len(passed.offered), seconds + passed.seconds
        crowd.pass_time(STEP_SECONDS)
    shares = crowd.device_seconds()
    jain = sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))
    mean = statistics.fmean(shares)
    furthest = max(abs(share - mean) / mean for share in shares)
    ROWS.append(Row("furthest from an equal share", f"{100 * furthest:.1f}%", target="10%", remark=SHARES))
    ROWS.append(Row("Jain's index of fairness", f"{jain:.4f}", target="1"))
    ROWS.append(Row(f"decisions, {n_decisions} in all", f"{1000 * seconds / n_decisions:.2f} ms each"))
