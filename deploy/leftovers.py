"""A supervisor that was killed cannot end its processes: the next one finds them by this record and ends them first."""

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path

import psutil

STOP_SECONDS = 10.0


def note(record: Path, pids: Iterable[int]) -> None:
    """Each process by its number and the moment it began, since numbers come round again."""
    known = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            known.append([pid, psutil.Process(pid).create_time()])
    record.write_text(json.dumps(known), encoding="utf-8")


def end_leftovers(record: Path) -> int:
    """How many processes of the record were still there; none is afterwards."""
    if not record.exists():
        return 0
    left = [process for pid, began in _read(record) if (process := _same(pid, began)) is not None]
    family = [*left, *(child for process in left for child in process.children(recursive=True))]
    for process in reversed(left):  # the one started last first, as at an orderly end
        process.terminate()
    psutil.wait_procs(left, timeout=STOP_SECONDS)
    for process in family:
        if process.is_running():
            process.kill()
    record.unlink()
    return len(left)


def _read(record: Path) -> list[tuple[int, float]]:
    try:
        return [(int(pid), float(began)) for pid, began in json.loads(record.read_text(encoding="utf-8"))]
    except (ValueError, TypeError):  # cut off while it was written
        return []


def _same(pid: int, began: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if process.create_time() == began else None
    except psutil.NoSuchProcess:
        return None
