"""The thread beside a running shard: heartbeats, and the reasons to end it early."""

import logging
import threading
import time
from collections.abc import Callable
from contextvars import copy_context  # so that its log lines name the shard too
from enum import Enum
from typing import Self

from workers.session import Refused, ShardSession, SiteUnreachable, StaleEpoch

log = logging.getLogger(__name__)

BEAT_SECONDS = 3.0  # a cancelled run must leave the device within 5 s, so beats come more often than the lease needs


class Ending(Enum):
    """Why a shard is ended before its training process says so."""

    CANCELLED = "cancelled"
    STALE = "another attempt holds the shard"
    LEASE_OVER = "the site was away for longer than the lease"
    TIME_LIMIT = "the time limit"
    OVER_LIMIT = "it holds more of the machine than it may"
    STOPPED = "the worker was stopped"


class Lease:
    """How long the site counts on this attempt, by our own clock and from before the call that renewed it."""

    def __init__(self, seconds: float) -> None:
        self.renew(seconds, time.monotonic())

    def renew(self, seconds: float, asked_at: float) -> None:
        self._until = asked_at + seconds

    def is_valid(self) -> bool:
        return time.monotonic() < self._until


class Watch:
    """Beats until it is told that the shard is done. `end` is called once, by whoever finds the reason first."""

    def __init__(
        self, session: ShardSession, lease: Lease, *, time_limit_seconds: float, end: Callable[[], None]
    ) -> None:
        self.ending: Ending | None = None
        self.step: int | None = None
        self._session, self._lease, self._end = session, lease, end
        self._must_end_at = time.monotonic() + time_limit_seconds
        self._deciding = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def is_lost(self) -> bool:
        """Nothing this attempt says counts any more."""
        return self.ending in (Ending.STALE, Ending.LEASE_OVER)

    def end_early(self, ending: Ending) -> None:
        with self._deciding:
            if self.ending is not None:
                return
            self.ending = ending
        log.info("ending the training process: %s", ending.value)
        self._end()

    def _run(self) -> None:
        while not self._done.is_set() and not self.is_lost:  # also while the goodbye is said: the lease must hold
            seconds_left = self._must_end_at - time.monotonic()
            if seconds_left <= 0:
                self.end_early(Ending.TIME_LIMIT)
            if self._done.wait(min(BEAT_SECONDS, seconds_left) if seconds_left > 0 else BEAT_SECONDS):
                return
            self._beat()  # the first only now: a claim is as good as a heartbeat

    def _beat(self) -> None:
        asked_at = time.monotonic()
        try:
            lease = self._session.heartbeat(self.step)
        except StaleEpoch:
            self.end_early(Ending.STALE)
        except (SiteUnreachable, Refused) as error:
            log.warning("heartbeat failed: %s", error)
            if not self._lease.is_valid():
                self.end_early(Ending.LEASE_OVER)
        else:
            self._lease.renew(lease.lease_seconds, asked_at)
            if lease.cancel:
                self.end_early(Ending.CANCELLED)
