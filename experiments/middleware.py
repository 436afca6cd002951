"""Says in plain words why a page cannot be shown, where a view did not."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from experiments.services.refusals import Refused


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A store that does not answer, above all. The API has its own words for these."""
        if not isinstance(exception, Refused):
            return None
        context = {"refusal": exception, "back": request.path}
        return render(request, "experiments/refused.html", context, status=exception.http_status)
