"""What a load balancer and a monitor ask: is the process alive, can it serve, and what are the numbers.

Answered before anything else: no session, and any host name, since probes come to the address of a pod.
"""

import ipaddress
import secrets
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError

from deploy.metrics import CONTENT_TYPE, metrics_text
from experiments.services.wake_ups import celery_app

STORAGE_SECONDS = 30.0  # a probe comes every few seconds; so often a file is written for it

_storage_seen: tuple[float, str] = (-1e9, "")


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._answers = {"/health/live/": live, "/health/ready/": ready, "/metrics": metrics, "/metrics/": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answers.get(request.path) if request.method in ("GET", "HEAD") else None
        return answer(request) if answer else self._get_response(request)


def live(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody: a database that is away is no reason to start the process anew."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """503 while the database or the artifact storage is away; without the broker things only wait for a sweep."""
    checks = {"database": _database(), "storage": _storage(), "broker": _broker()}
    is_ready = checks["database"] == checks["storage"] == "ok"
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"unreachable: {type(error).__name__}"
    return "ok"


def _storage() -> str:
    """Whether it takes a file, asked again only after a while."""
    global _storage_seen
    asked_at, said = _storage_seen
    if time.monotonic() - asked_at > STORAGE_SECONDS or said != "ok":
        _storage_seen = (time.monotonic(), _write_and_delete())
    return _storage_seen[1]


def _write_and_delete() -> str:
    try:
        name = default_storage.save(f"health/{uuid.uuid4().hex}", ContentFile(b"ok"))
        default_storage.delete(name)
    except Exception as error:  # each storage has errors of its own; the probe must tell, not break
        return f"not writable: {type(error).__name__}"
    return "ok"


def _broker() -> str:
    try:
        with celery_app().connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    except (OperationalError, OSError) as error:
        return f"warning: unreachable ({type(error).__name__}); what is due is sent by the next sweep that reaches it"
    return "ok"


def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        return HttpResponse(
            "The metrics need a token, or a network that is allowed.\n", status=403, content_type="text/plain"
        )
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)


def _may_read_metrics(request: HttpRequest) -> bool:
    """With a token set, only the token counts. Without one, the networks of METRICS_NETWORKS, and no proxy between."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # the address we see is that of the proxy
    address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS)
