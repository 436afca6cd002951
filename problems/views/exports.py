"""The filtered list as a file: the same filters as the page."""

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from problems.filters import ProblemFilter
from problems.models import Problem
from problems.selectors.export import complete, export_problem


def filtered_rows(request: HttpRequest) -> list[dict[str, Any]]:
    found = ProblemFilter(request.GET, queryset=Problem.objects.with_evidence()).found
    return [export_problem(problem) for problem in complete(found)]


@require_safe
def problems_json(request: HttpRequest) -> HttpResponse:
    rows = filtered_rows(request)
    response = JsonResponse({"count": len(rows), "problems": rows}, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="problems.json"'
    return response


@require_safe
def problems_csv(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="problems.csv"'
    rows = [{name: cell(value) for name, value in row.items()} for row in filtered_rows(request)]
    if rows:
        writer = csv.DictWriter(response, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return response


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
