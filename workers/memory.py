"""How much memory there is for this process and those it starts."""

import contextlib
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
