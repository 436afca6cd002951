"""The results wall."""

from typing import cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.models import Run
from experiments.selectors.wall import choices, filters_of, runs_on_wall, tiles

TILES_A_PAGE = 48


@require_safe
def experiments(request: HttpRequest) -> HttpResponse:
    known = choices()
    filters = filters_of(request.GET.dict(), known)
    page = Paginator(runs_on_wall(filters), TILES_A_PAGE).get_page(request.GET.get("page"))
    chosen = {name: getattr(filters, name) for name in known}
    context = {
        "page": page,
        "tiles": tiles(cast("QuerySet[Run]", page.object_list)),
        "facets": [(name, chosen[name], values) for name, values in known.items()],
        "filters": filters,
        "query": urlencode({name: value for name, value in chosen.items() if value}),
    }
    return render(request, "experiments/wall.html", context)
