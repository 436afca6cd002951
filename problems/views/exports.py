"""The filtered list as a file: the same filters as the page."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from problems.filters import ProblemFilter
from problems.selectors.export import AT_ONCE, complete_in_order, csv_lines, export_problem, keys_of


def filtered_rows(request: HttpRequest, *, at_first: int = AT_ONCE) -> Iterator[dict[str, Any]]:
    keys = keys_of(ProblemFilter(request.GET).found, at_first)
    return (export_problem(problem) for problem in complete_in_order(keys, at_first=at_first))


@require_safe
def problems_json(request: HttpRequest) -> HttpResponse:
    rows = list(filtered_rows(request))
    response = JsonResponse({"count": len(rows), "problems": rows}, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="problems.json"'
    return response


@require_safe
def problems_csv(request: HttpRequest) -> StreamingHttpResponse:
    lines = csv_lines(filtered_rows(request, at_first=20))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return response
