from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from problems.selectors.listing import listing


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """The whole page, or the part that a changed filter swaps."""
    found = listing(request.GET)
    context = {"listing": found, "has_own_search": True}
    is_swap = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if is_swap:
        response = push_url(render(request, "problems/_list_swap.html", context), found.url)
    else:
        response = render(request, "problems/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
