"""The process that trains: its own process group, a clean environment, one JSON object a line in and out."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

ENGINE = (sys.executable, "-m", "workers.science.shard")
SOURCE_ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0  # torch on a cold disk takes its time
EXIT_SECONDS = 10.0  # for a process that has said its last word
GRACE_SECONDS = 1.5  # between the request to end and the end
WAITING_LINES = 10_000  # when the site is away for long, the child waits rather than the memory fills
STDERR_TAIL_BYTES = 20_000

# Tokens, broker and database addresses never reach the process that trains: only these names do.
PASSED_ON = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "VIRTUAL_ENV"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_HOME", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"),
    *("NVIDIA_VISIBLE_DEVICES", "HF_HOME", "HF_HUB_OFFLINE"),
)


class ChildBroken(Exception):
    """The process does not speak the protocol, or did not start."""


def clean_environment(environment: Mapping[str, str], *, threads: int) -> dict[str, str]:
    passed_on = {name: value for name, value in environment.items() if name in PASSED_ON}
    return passed_on | {
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
    }


class Process(Protocol):
    """What we ask of a process that leads a group of its own: a part of `subprocess.Popen`."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...


def fresh_child(command: Sequence[str], environment: Mapping[str, str]) -> "Child":
    """A process that has everything still to load."""
    stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=dict(environment),
        cwd=SOURCE_ROOT,
        start_new_session=True,
    )
    return Child(process, stderr)


class Child:
    """A running training process. Everything it prints is queued as it comes; `None` marks the end."""

    def __init__(self, process: Process, stderr: IO[bytes]) -> None:
        self._process, self._stderr = process, stderr
        self._lines: queue.Queue[bytes | None] = queue.Queue(WAITING_LINES)
        self._ending = threading.Lock()
        self._oom_kills = count_oom_kills()
        self.pid = process.pid
        self._reader = threading.Thread(target=self._read, name=f"read-{self.pid}", daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        return self._process.poll()

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                raise ChildBroken(f"the training process ended while it started: {self.stderr_tail()}")
            if _parsed(line).get("kind") == "ready":
                return
        raise ChildBroken(f"the training process was not ready after {seconds:.0f} s")

    def give(self, order: dict[str, Any]) -> None:
        """Hand over the one order. The pipe stays open: when this process dies, the child reads its end and stops."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ChildBroken(f"the training process ended before its order: {self.stderr_tail()}") from None

    def next_message(self, timeout: float) -> dict[str, Any] | None:
        """The next message, or None at the end of the stream. Raises `queue.Empty` when nothing came in time."""
        line = self._lines.get(timeout=timeout)
        return None if line is None else _parsed(line)

    def kill(self, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """End the whole process group: ask first, then insist. Safe to call twice and from any thread."""
        with self._ending:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_seconds)
            self._signal(signal.SIGKILL)  # also what the leader left behind in its group
            self._process.wait()

    def settle(self) -> None:
        """Let a process that has closed its output come to its own end, so that its exit status tells how."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(EXIT_SECONDS)
        self.kill()

    def close(self) -> None:
        """End what still runs and let go of the pipes."""
        self.kill()
        while self._reader.is_alive():  # a reader that waits for room in the queue must get to the end
            with contextlib.suppress(queue.Empty):
                self._lines.get(timeout=0.005)
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def was_killed_for_memory(self) -> bool:
        """Ended by SIGKILL while the kernel counted a kill for want of memory."""
        return self.exit_status == -signal.SIGKILL and count_oom_kills() > self._oom_kills

    def stderr_tail(self) -> str:
        size = os.fstat(self._stderr.fileno()).st_size
        start = max(0, size - STDERR_TAIL_BYTES)
        return os.pread(self._stderr.fileno(), size - start, start).decode(errors="replace").strip()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
            os.killpg(self.pid, number)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if isinstance(message, dict) and "kind" in message:
        return message
    return {"kind": "stray", "text": line.decode(errors="replace").rstrip()}  # a library that prints


def count_oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where it does not say."""
    try:
        counters = Path("/proc/vmstat").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in counters.splitlines() if line.startswith("oom_kill ")), 0)
