"""Says in plain words that a limit is reached, wherever in the site that happened."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from problems.services.limits import LimitReached


class LimitsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What was written comes back with the refusal: nobody loses a text to a limit."""
        if not isinstance(exception, LimitReached):
            return None
        written = [text for name, text in request.POST.items() if len(text) > 40 and name != "csrfmiddlewaretoken"]
        response = render(request, "429.html", {"message": str(exception), "written": written}, status=429)
        response["Retry-After"] = str(exception.retry_after_seconds)
        return response
