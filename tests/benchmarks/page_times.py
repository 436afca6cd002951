"""The times of the catalogue's pages, taken in a process like a web server's: it has loaded what that loads and nothing
else, neither torch nor the tests, and keeps its garbage as that does.

python -m tests.benchmarks.page_times   with the settings of a server in the environment; a line of JSON for each page
"""

import gc
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any

from django.db import connection

import deploy.wsgi  # noqa: F401 - before the models, for it sets Django up
from problems.models import User
from tests.benchmarks.visitor import RESEARCHER, Page, Visitor

VISITS = 100


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


def figures(page: Page) -> str:
    visit(page, page.url())  # templates are read once
    times, cpu = zip(*(visit(page, page.url()) for _ in range(VISITS)), strict=True)
    return f"{half_and_most(times)}, CPU {half_and_most(cpu)}"


def half_and_most(times: Sequence[float]) -> str:
    return f"p50 {statistics.median(times):.0f} ms, p95 {statistics.quantiles(times, n=20)[-1]:.0f} ms"


def main() -> None:
    pages = list(Visitor().pages())
    gc.freeze()  # what only the measuring needs
    for page in pages:
        print(json.dumps([page.name, figures(page)]), flush=True)
    User.objects.get(username=RESEARCHER).delete()
    connection.close()


if __name__ == "__main__":
    main()
