"""How much room a disk has, and what the files of a folder take of it."""

import contextlib
import os
import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """Of the disk that holds the folder, or will."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def size_of(folder: Path) -> int:
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # dropped in between
                size += os.lstat(os.path.join(place, name)).st_size
    return size
