"""Server time of the catalogue's pages, small and large. Run by `make bench`.

CIRCUITBOARD_BENCH_PROBLEMS=100000 asks for the full size (ten runs a problem); CIRCUITBOARD_TEST_DATABASE=postgresql
for PostgreSQL. To reach, at the 95th percentile: 50 ms with the 339 problems, 100 ms with 100,000. Beside the time
that passed stands the time on the processor, which says more where the machine is shared.
"""

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from problems.models import Idea
from problems.services.load_catalogue import load_catalogue
from tests.benchmarks.large_catalogue import LargeCatalogue
from tests.benchmarks.lived_in import LivedIn
from tests.benchmarks.report import Report, Row, Section
from tests.benchmarks.visitor import Page, Visitor

SIZE = int(os.environ.get("CIRCUITBOARD_BENCH_PROBLEMS", "10000"))
RUNS_A_PROBLEM = 10
VISITS = 40

pytestmark = pytest.mark.django_db(transaction=True)


def visit(page: Page, url: str) -> tuple[float, float]:
    """Milliseconds that passed and milliseconds of CPU, to the first piece of a long answer."""
    started, cpu = time.perf_counter(), time.process_time()
    response: Any = page.client.get(url)
    if response.streaming:
        next(iter(response.streaming_content))
    took = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - cpu)
    response.close()
    assert response.status_code == 200, url
    return took


def rows(*, target: str) -> list[Row]:
    found = []
    for page in Visitor().pages():
        visit(page, page.url())  # templates are read once
        times, cpu = zip(*(visit(page, page.url()) for _ in range(VISITS)), strict=True)
        p95 = statistics.quantiles(times, n=20)[-1]
        figures = f"p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, CPU p50 {statistics.median(cpu):.0f} ms"
        found.append(Row(page.name, figures, target=target))
        print(f"{connection.vendor} {page.name:32} {figures}", flush=True)
    return found


@pytest.fixture
def catalogue() -> Iterator[None]:
    load_catalogue()
    LivedIn().write()
    yield
    Idea.objects.all().delete()


def test_pages_of_the_shipped_catalogue(catalogue: None, report: Report) -> None:
    title = f"Pages of the catalogue on {connection.vendor}, 339 problems"
    report.add(Section(title, rows(target="p95 50 ms"), packages=["django"]))


def test_pages_of_a_large_catalogue(report: Report) -> None:
    n_runs = SIZE * RUNS_A_PROBLEM
    started = time.perf_counter()
    LargeCatalogue(SIZE, n_runs).write()
    print(f"written in {time.perf_counter() - started:.0f} s")
    title = f"Pages of the catalogue on {connection.vendor}, {SIZE:,} problems with {n_runs:,} runs"
    report.add(Section(title, rows(target="p95 100 ms"), packages=["django"]))
