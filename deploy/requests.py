"""Every request has an id, which is on each line logged for it and in its answer. What fails or drags is logged."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

SLOW_SECONDS = 2.0
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("circuitboard.request")


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        request_id = _id_of(request)
        structlog.contextvars.bind_contextvars(request=request_id)
        began = time.monotonic()
        response = self._get_response(request)
        self._log(request, response, time.monotonic() - began)
        response["X-Request-ID"] = request_id
        structlog.contextvars.clear_contextvars()
        return response

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Pages and workers ask every few seconds: what went well and fast is told at the level of debugging only."""
        level = log.error if response.status_code >= 500 else log.warning if seconds > SLOW_SECONDS else log.debug
        ms = round(seconds * 1000, 1)
        level("request", method=request.method, path=request.path, status=response.status_code, ms=ms)


def _id_of(request: HttpRequest) -> str:
    """A proxy's own, if it gives one, so that its lines and ours can be laid side by side."""
    given = request.headers.get("X-Request-ID", "")
    return given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex[:16]
