"""Whether this worker reads wake-ups: not while its owner has asked it to take nothing new, or its disk is full."""

import logging
import threading
from typing import Any

log = logging.getLogger(__name__)


class Intake:
    """Stops and takes up again Celery's reading of one queue. Told by the announcer's thread, done by Celery's own."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._lock = threading.Lock()
        self._consumer: Any = None  # Celery's, once it reads
        self._drains = False  # what was asked for last
        self._reads = True  # as far as Celery was told

    def ready(self, sender: Any, **_: Any) -> None:
        with self._lock:
            self._consumer = sender
            self._apply()

    def drain(self, wanted: bool) -> None:
        """May be asked again and again; only a change does something."""
        with self._lock:
            self._drains = wanted
            self._apply()

    def _apply(self) -> None:
        if self._consumer is None or self._reads != self._drains:
            return
        self._reads = not self._drains
        change = self._consumer.add_task_queue if self._reads else self._consumer.cancel_task_queue
        self._consumer.call_soon(change, self._queue)
        log.info("takes new shards again" if self._reads else "takes no new shards: it drains, or its disk is full")
