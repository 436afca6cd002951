"""Where nothing can be forked: one training process started ahead of time, so that a shard waits less for torch."""

import threading
from collections.abc import Callable

from workers.child import Child


class Spare:
    def __init__(self, start: Callable[[], Child]) -> None:
        self._start = start
        self._waiting: Child | None = None
        self._lock = threading.Lock()
        self._closed = False

    def prepare(self) -> None:
        with self._lock:
            if self._waiting is None and not self._closed:
                self._waiting = self._start()

    def take(self) -> Child:
        """The waiting process, or a new one if it died meanwhile; the next is started at once."""
        with self._lock:
            child, self._waiting = self._waiting, None
        if child is not None and not child.is_running:
            child.close()
            child = None
        taken = child or self._start()
        self.prepare()
        return taken

    def close(self) -> None:
        with self._lock:
            self._closed = True
            child, self._waiting = self._waiting, None
        if child is not None:
            child.close()
