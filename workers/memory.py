"""How much memory there is for this process and those it starts, and how much a group of them holds."""

import contextlib
import os
from pathlib import Path

import psutil

# Of the control group that a container sees as the root of its own, in both versions of Linux's interface
LIMIT_FILES = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_bytes() -> int:
    """That of the machine, or the limit of the container where one is set."""
    found = psutil.virtual_memory().total
    for file in LIMIT_FILES:
        with contextlib.suppress(OSError, ValueError):  # not there, or "max"
            found = min(found, int(file.read_text()))
    return found


def memory_of(group: int) -> int:
    """Bytes that the processes of a group hold in memory, beside the files they map, which the system can drop."""
    held = 0
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getpgid(pid) == group:
                told = psutil.Process(pid).memory_info()
                held += told.rss - getattr(told, "shared", 0)  # Linux alone tells what is shared
    return held
