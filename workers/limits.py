"""What a shard may hold of the machine, and the thread beside it that looks whether it holds more."""

import itertools
import logging
import threading
from collections.abc import Callable
from contextvars import copy_context  # so that its log lines name the shard too
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from experiments.protocol import Claim, Failure, FailureKind
from workers.disk import free_bytes, size_of
from workers.memory import memory_of
from workers.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # what fits into memory in between is small beside the tenth that a worker leaves free
LOOKS_PER_LOOK_AT_DISK = 10  # there may be thousands of files
ENGINE_BYTES = 2**30  # the engine itself: what it loads, and what its libraries set aside
HEADROOM = 4.0  # budgets count tensors; what an allocator keeps of those it freed made 3.5 times as much of one


@dataclass(frozen=True)
class Allowance:
    memory_bytes: int
    disk_bytes: int


def allowance(claim: Claim, told: Settings, *, device: str) -> Allowance:
    """Of the disk, what the settings say, as long as enough stays free."""
    needed_bytes = claim.memory_bytes if device == "cpu" else 0  # the budget is of the device's memory
    return Allowance(
        memory_bytes=memory_allowed(needed_bytes, lent_bytes=told.memory_bytes, slots=told.slots),
        disk_bytes=max(min(told.disk_bytes, free_bytes(told.work_dir) - told.min_free_bytes), 0),
    )


def memory_allowed(needed_bytes: int, *, lent_bytes: int, slots: int) -> int:
    """An equal share of what the worker lends; more for a shard whose budget needs it, for the site has kept it free
    then. Never more than all of it, nor less than the engine takes by itself."""
    wanted = max(lent_bytes // slots, int(HEADROOM * needed_bytes) + ENGINE_BYTES)
    return max(min(wanted, lent_bytes), ENGINE_BYTES)


class Limits:
    """Looks again and again while a shard runs. `end` is called once, when it holds more than it may."""

    def __init__(
        self, allowed: Allowance, folder: Path, *, group: Callable[[], int | None], end: Callable[[], None]
    ) -> None:
        self.overrun: Failure | None = None
        self._allowed, self._folder, self._group, self._end = allowed, folder, group, end
        self._done = threading.Event()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name="limits", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        for n_looks in itertools.count(1):
            if self._done.wait(LOOK_SECONDS):
                return
            overrun = self._memory() or (None if n_looks % LOOKS_PER_LOOK_AT_DISK else self._disk())
            if overrun is not None:
                log.warning(overrun.message)
                self.overrun = overrun
                return self._end()

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

    def _disk(self) -> Failure | None:
        held, allowed = size_of(self._folder), self._allowed.disk_bytes
        if held <= allowed:
            return None
        return Failure(
            failure=FailureKind.STORAGE,
            message=f"The files of the shard took {_size(held)}; this worker's disk has {_size(allowed)} for it.",
            hint="Ask for fewer checkpoints or a smaller model, or have the worker's operator make room.",
        )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GiB" if n_bytes >= 2**30 else f"{n_bytes / 2**20:.1f} MiB"
