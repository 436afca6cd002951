"""Dispatch and reaper go on while the broker is away, which also carries the messages that start them.

Without this, a shard would stay in the hands of a dead worker for as long as the broker is down. A thread beside
Celery's own looks how long ago each last ran, and carries out what is overdue.
"""

import datetime
import threading
from collections.abc import Callable

import structlog
from django.db import close_old_connections
from django.utils import timezone

from experiments.jobs import dispatch_shards, reap_shards
from experiments.models import SitePass

LOOK_SECONDS = 5.0

# What is done, the name of its pass, and how old that may be: two of its turns and a little.
OVERDUE: list[tuple[Callable[[], None], str, float]] = [
    (dispatch_shards, "dispatch", 12.0),
    (reap_shards, "reaper", 22.0),
]

log = structlog.get_logger(__name__)


class Understudy:
    def __init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="understudy", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()

    def _run(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            close_old_connections()
            try:
                step_in()
            except Exception:  # whatever a pass ran into was noted by it; the next look may find it gone
                log.exception("understudy_failed")


def step_in() -> None:
    """Carry out what nobody has for too long."""
    now = timezone.now()
    last = dict(SitePass.objects.values_list("name", "last_at"))
    for carry_out, name, seconds in OVERDUE:
        if name not in last or now - last[name] > datetime.timedelta(seconds=seconds):
            carry_out()
