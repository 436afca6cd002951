"""What a shard may hold of the machine, and the thread beside it that looks whether it holds more."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from contextvars import copy_context  # so that its log lines name the shard too
from dataclasses import dataclass
from typing import Self

import psutil

from experiments.protocol import Failure, FailureKind

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # what fits into memory in between is small beside the tenth that a worker leaves free
ENGINE_BYTES = 2**30  # the engine itself: what it loads, and what its libraries set aside
HEADROOM = 4.0  # budgets count tensors; what an allocator keeps of those it freed made 3.5 times as much of one


@dataclass(frozen=True)
class Allowance:
    memory_bytes: int


def allowance(needed_bytes: int, *, memory_bytes: int, slots: int) -> Allowance:
    """An equal share of what the worker lends; more for a shard whose budget needs it, for the site has kept it free
    then. Never more than all of it, nor less than the engine takes by itself."""
    wanted = max(memory_bytes // slots, int(HEADROOM * needed_bytes) + ENGINE_BYTES)
    return Allowance(memory_bytes=max(min(wanted, memory_bytes), ENGINE_BYTES))


class Limits:
    """Looks again and again while a shard runs. `end` is called once, when it holds more than it may."""

    def __init__(self, allowed: Allowance, *, group: Callable[[], int | None], end: Callable[[], None]) -> None:
        self.overrun: Failure | None = None
        self._allowed, self._group, self._end = allowed, group, end
        self._done = threading.Event()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name="limits", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while self.overrun is None and not self._done.wait(LOOK_SECONDS):
            self.overrun = self._memory()
        if self.overrun is not None:
            log.warning(self.overrun.message)
            self._end()

    def _memory(self) -> Failure | None:
        group, allowed = self._group(), self._allowed.memory_bytes
        held = 0 if group is None else memory_of(group)
        if held <= allowed:
            return None
        return Failure(
            failure=FailureKind.OUT_OF_MEMORY,
            message=f"The training process held {_size(held)} of memory; this worker allows it {_size(allowed)}.",
            hint="Ask for a smaller model, batch, test set or stack of seeds, or run it where a worker lends more.",
        )


def memory_of(group: int) -> int:
    """Bytes that the processes of a group hold in memory, beside the files they map, which the system can drop."""
    held = 0
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getpgid(pid) == group:
                told = psutil.Process(pid).memory_info()
                held += told.rss - getattr(told, "shared", 0)  # Linux alone tells what is shared
    return held


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GiB" if n_bytes >= 2**30 else f"{n_bytes / 2**20:.0f} MiB"
