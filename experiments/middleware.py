"""Says in plain words why a page cannot be shown or a wish not be granted, wherever in the site that happened."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from experiments.models import Run
from experiments.recipe import InvalidRecipe
from experiments.services.refusals import Refused


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A store that does not answer, above all. The API has its own words for these."""
        if isinstance(exception, InvalidRecipe):
            return unreadable(request, exception)
        if not isinstance(exception, Refused):
            return None
        context = {"refusal": exception, "back": back_from(request)}
        return render(request, "experiments/refused.html", context, status=exception.http_status)


def unreadable(request: HttpRequest, error: InvalidRecipe) -> HttpResponse:
    """A recipe that was kept in words of an earlier vocabulary: a page that has to read it leads to what needs not."""
    match = request.resolver_match
    number: int = match.kwargs.get("pk", 0) if match else 0
    is_run = match is not None and str(match.url_name).startswith("run")
    context = {"errors": error.errors[:5], "run": Run.objects.filter(pk=number).first() if is_run else None}
    return render(request, "experiments/unreadable.html", context, status=409)


def back_from(request: HttpRequest) -> str:
    """To the page with the button that was pressed; a page that could not be shown may be there the next time."""
    if request.method != "POST":
        return request.get_full_path()
    url, hosts = request.headers.get("Referer", ""), {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()) else "/"
