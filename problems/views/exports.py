"""The filtered list as a file: the same filters as the page."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from problems.filters import ProblemFilter
from problems.selectors.export import complete_in_order, export_problem

COLUMNS = (
    *("number", "url", "category", "subcategory", "statement", "difficulty", "difficulty_source", "starred", "status"),
    *("aliases", "see_also", "claims", "references", "help_wanted", "recipes", "runs", "succeeded_runs"),
)


def filtered_rows(request: HttpRequest) -> Iterator[dict[str, Any]]:
    keys = list(ProblemFilter(request.GET).found.values_list("pk", flat=True))
    return (export_problem(problem) for problem in complete_in_order(keys))


@require_safe
def problems_json(request: HttpRequest) -> HttpResponse:
    rows = list(filtered_rows(request))
    response = JsonResponse({"count": len(rows), "problems": rows}, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="problems.json"'
    return response


@require_safe
def problems_csv(request: HttpRequest) -> StreamingHttpResponse:
    lines = csv_lines(filtered_rows(request))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return response


def csv_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.DictWriter(line, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def cell(value: Any) -> str:
    """Lists are joined; a text that a spreadsheet would run as a formula gets a quote before it."""
    text = plain(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " | ".join(plain(item) for item in value)
        case dict():
            return ", ".join(plain(item) for item in value.values() if item)
    return str(value)
