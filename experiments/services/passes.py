"""Each site job notes when it ran, how long that took and what it did, for whoever looks after the site."""

import datetime
import time
from collections.abc import Callable

import structlog
from django.db.models import F
from django.utils import timezone

from experiments.models import SitePass


def noted(name: str, job: Callable[[], int]) -> int:
    """Carry out a job and keep its last pass. What it raises goes on, after it was noted."""
    began, started_at = timezone.now(), time.monotonic()
    try:
        with structlog.contextvars.bound_contextvars(job=name):
            n_done = job()
    except Exception as error:
        _note(name, began, time.monotonic() - started_at, 0, failed=f"{type(error).__name__}: {error}"[:300])
        raise
    _note(name, began, time.monotonic() - started_at, n_done)
    return n_done


def _note(name: str, began: datetime.datetime, seconds: float, n_done: int, *, failed: str = "") -> None:
    said = {"last_at": began, "seconds": seconds, "n_done": n_done, "failed": failed}
    if not SitePass.objects.filter(name=name).update(n_done_in_all=F("n_done_in_all") + n_done, **said):
        SitePass.objects.get_or_create(name=name, defaults=said | {"n_done_in_all": n_done})
