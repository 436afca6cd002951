"""Server time of the catalogue's pages, small and large. Run by `make bench`.

CIRCUITBOARD_BENCH_PROBLEMS=100000 asks for the full size (ten runs a problem); CIRCUITBOARD_TEST_DATABASE=postgresql
for PostgreSQL. To reach, at the 95th percentile: 50 ms with the 339 problems, 100 ms with 100,000.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from problems.models import Idea, Problem
from problems.services.load_catalogue import load_catalogue
from tests.benchmarks.large_catalogue import LargeCatalogue
from tests.benchmarks.report import Report, Row, Section

SIZE = int(os.environ.get("CIRCUITBOARD_BENCH_PROBLEMS", "10000"))
RUNS_A_PROBLEM = 10
VISITS = 40

pytestmark = pytest.mark.django_db(transaction=True)

FILTERS = [
    "difficulty=B",
    "claimed=free&difficulty=A&difficulty=B",
    "work=none&recipe=yes",
    "status=being-worked-on",
    "results=succeeded&sort=runs",
    "discussion=some&sort=active",
    "starred=yes&help=yes&sort=-difficulty",
    "recipe=laptop&claimed=free&sort=difficulty",
    "claims=none&predictions=none&view=cards",
]


class Visitor:
    """Asks for pages as different people would: another filter, word or problem each time."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.numbers = list(Problem.objects.values_list("number", flat=True))
        self.categories = sorted({number.partition(".")[0] for number in self.numbers})
        some = Problem.objects.order_by("?").values_list("statement", flat=True)[:50]
        self.words = sorted({word.strip(".,;:?()") for text in some for word in text.split() if len(word) > 3})
        self.client = Client()

    @property
    def pages(self) -> dict[str, Callable[[], str]]:
        choose = self.chance.choice
        return {
            "front": lambda: "/",
            "list": lambda: f"/problems/?page={choose(range(1, 5))}",
            "list, filtered": lambda: f"/problems/?{choose(FILTERS)}",
            "list, filtered, in a category": lambda: f"/problems/?{choose(FILTERS)}&category={choose(self.categories)}",
            "search": lambda: f"/problems/?q={choose(self.words)}+{choose(self.words)}",
            "search while typing": lambda: f"/problems/?q={choose(self.words)[: choose(range(2, 6))]}",
            "search, filtered": lambda: f"/problems/?q={choose(self.words)}&{choose(FILTERS)}",
            "category": lambda: f"/categories/{choose(self.categories)}/",
            "problem": lambda: f"/problems/{choose(self.numbers)}/",
            "problem, of a list": lambda: f"/problems/{choose(self.numbers)}/?{urlencode({'list': choose(FILTERS)})}",
            "find me a problem": lambda: f"/problems/find/?minutes=30&category={choose(self.categories)}",
            "ideas": lambda: "/ideas/",
        }

    def milliseconds(self, page: Callable[[], str]) -> list[float]:
        self.client.get(page())  # templates are read once
        return [self._milliseconds(page()) for _ in range(VISITS)]

    def _milliseconds(self, url: str) -> float:
        started = time.perf_counter()
        response = self.client.get(url)
        took = 1000 * (time.perf_counter() - started)
        assert response.status_code == 200, url
        return took


@pytest.fixture
def catalogue() -> Iterator[None]:
    load_catalogue()
    yield
    Idea.objects.all().delete()


def rows(*, target: str) -> list[Row]:
    visitor = Visitor()
    found = []
    for name, page in visitor.pages.items():
        times = visitor.milliseconds(page)
        p95 = statistics.quantiles(times, n=20)[-1]
        found.append(Row(name, f"p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms", target=target))
        print(f"{connection.vendor} {name:32} {found[-1].ours}", flush=True)
    return found


def test_pages_of_the_shipped_catalogue(catalogue: None, report: Report) -> None:
    title = f"Pages of the catalogue on {connection.vendor}, 339 problems"
    report.add(Section(title, rows(target="p95 50 ms"), packages=["django"]))


def test_pages_of_a_large_catalogue(catalogue: None, report: Report) -> None:
    n_runs = SIZE * RUNS_A_PROBLEM
    started = time.perf_counter()
    LargeCatalogue(SIZE, n_runs).write()
    print(f"written in {time.perf_counter() - started:.0f} s")
    title = f"Pages of the catalogue on {connection.vendor}, {SIZE:,} problems with {n_runs:,} runs"
    report.add(Section(title, rows(target="p95 100 ms"), packages=["django"]))
