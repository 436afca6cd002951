"""Server time of the catalogue's pages, small and large. Run by `make bench`.

CIRCUITBOARD_BENCH_PROBLEMS=100000 asks for the full size (ten runs a problem); CIRCUITBOARD_TEST_DATABASE=postgresql
for PostgreSQL. To reach, at the 95th percentile: 50 ms with the 339 problems, 100 ms with 100,000. Beside the time
that passed stands the time on the processor, which says more where the machine is shared, PostgreSQL's own left out.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from problems.models import Idea
from problems.services.load_catalogue import load_catalogue
from tests.architecture.source import ROOT
from tests.benchmarks.large_catalogue import LargeCatalogue
from tests.benchmarks.lived_in import LivedIn
from tests.benchmarks.report import Report, Row, Section
from tests.end_to_end.house import plain_environment

SIZE = int(os.environ.get("CIRCUITBOARD_BENCH_PROBLEMS", "10000"))
RUNS_A_PROBLEM = 10

pytestmark = pytest.mark.django_db(transaction=True)


def rows(folder: Path, *, target: str) -> list[Row]:
    """Measured by a process of its own, see tests/benchmarks/page_times.py, on the database of this test."""
    environment = plain_environment() | {
        "DJANGO_SETTINGS_MODULE": "deploy.settings",
        "CIRCUITBOARD_DATA_DIR": str(folder),
        "CIRCUITBOARD_SECRET_KEY": "of a benchmark",
        "CIRCUITBOARD_ALLOWED_HOSTS": "testserver",
        "CIRCUITBOARD_DATABASE_URL": address_of_this_database(),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(collect, env=environment, cwd=ROOT, check=True)
    found = []
    command = [sys.executable, "-m", "tests.benchmarks.page_times"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as measuring:
        for line in measuring.stdout or ():
            name, figures = json.loads(line)
            found.append(Row(name, figures, target=target))
            print(f"{connection.vendor} {name:32} {figures}", flush=True)
    assert measuring.returncode == 0
    return found


def address_of_this_database() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgresql://{known['USER']}@{quote(known['HOST'], safe='')}/{known['NAME']}"


@pytest.fixture
def catalogue() -> Iterator[None]:
    load_catalogue()
    LivedIn().write()
    yield
    Idea.objects.all().delete()


def test_pages_of_the_shipped_catalogue(catalogue: None, report: Report, tmp_path: Path) -> None:
    title = f"Pages of the catalogue on {connection.vendor}, 339 problems"
    report.add(Section(title, rows(tmp_path, target="p95 50 ms"), packages=["django"]))


def test_pages_of_a_large_catalogue(report: Report, tmp_path: Path) -> None:
    n_runs = SIZE * RUNS_A_PROBLEM
    started = time.perf_counter()
    LargeCatalogue(SIZE, n_runs).write()
    print(f"written in {time.perf_counter() - started:.0f} s")
    title = f"Pages of the catalogue on {connection.vendor}, {SIZE:,} problems with {n_runs:,} runs"
    report.add(Section(title, rows(tmp_path, target="p95 100 ms"), packages=["django"]))
