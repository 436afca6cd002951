"""Where training processes come from: forked by a process that has the engine loaded, see `workers.science.nursery`."""

import contextlib
import json
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from workers.child import SOURCE_ROOT, START_SECONDS, STDERR_TAIL_BYTES, Child

log = logging.getLogger(__name__)

CAN_FORK = sys.platform == "linux"  # elsewhere a process does not end with its parent, and system libraries mind forks
NURSERY = (sys.executable, "-m", "workers.science.nursery")
FORK_SECONDS = 10.0
MESSAGE_BYTES = 1000
N_TRIES = 2  # a nursery that died is started anew once for each shard


class NurseryBroken(Exception):
    """It does not start, has died, or cannot fork."""


class Forked:
    """A process of the nursery, as far as `workers.child.Process` asks."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self._status: int | None = None
        self._has_ended = threading.Event()

    def end(self, status: int) -> None:
        self._status = status
        self._has_ended.set()

    def poll(self) -> int | None:
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        assert self._status is not None
        return self._status


class Nursery:
    """Gives a process to whoever asks: forked, or started afresh when that does not work."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, start_fresh: Callable[[], Child]
    ) -> None:
        self._command, self._environment, self._start_fresh = command, environment, start_fresh
        self._current: _Life | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Let it begin to load the engine."""
        with self._lock:
            self._start()

    def take(self) -> Child:
        with self._lock:
            for _ in range(N_TRIES):
                try:
                    return self._start().fork()
                except NurseryBroken as error:
                    log.warning("the nursery is started anew: %s", error)
                    self._end()
        return self._start_fresh()

    def close(self) -> None:
        with self._lock:
            self._end()

    def _start(self) -> "_Life":
        if self._current is None:
            self._current = _Life(self._command, self._environment)
        return self._current

    def _end(self) -> None:
        if self._current is not None:
            self._current.end()
            self._current = None


class _Life:
    """One process that loads and forks. A thread listens to it; one at a time asks it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                env=dict(environment),
                cwd=SOURCE_ROOT,
                start_new_session=True,
            )
        self._is_ready = False
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._running: dict[int, Forked] = {}
        self._listener = threading.Thread(target=self._listen, name="listen-nursery", daemon=True)
        self._listener.start()

    def fork(self) -> Child:
        """Raises NurseryBroken."""
        if not self._is_ready:
            self._next_answer("ready", START_SECONDS)
            self._is_ready = True
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        (their_stdin, stdin), (stdout, their_stdout) = os.pipe(), os.pipe()
        try:
            socket.send_fds(self._control, [b"fork"], [their_stdin, their_stdout, stderr.fileno()])
            forked: Forked = self._next_answer("forked", FORK_SECONDS)
        except (OSError, NurseryBroken) as error:
            for stream in (stdin, stdout):
                os.close(stream)
            stderr.close()
            raise NurseryBroken(str(error)) from error
        finally:
            for stream in (their_stdin, their_stdout):
                os.close(stream)
        forked.stdin, forked.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        return Child(forked, stderr)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._control.close()
        self._said.close()

    def _next_answer(self, wanted: str, seconds: float) -> Any:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise NurseryBroken(f"no answer within {seconds:.0f} s") from None
        if wanted not in answer:
            raise NurseryBroken(str(answer.get("refused", answer)))
        return answer[wanted]

    def _listen(self) -> None:
        while message := self._hear():
            match message:
                case {"ended": pid, "status": status}:
                    self._running.pop(pid).end(status)
                case {"forked": pid}:
                    self._running[pid] = Forked(pid)  # here and now: the next message may be its end
                    self._answers.put({"forked": self._running[pid]})
                case _:
                    self._answers.put(message)
        for forked in self._running.values():  # the system ends them with their parent
            forked.end(-signal.SIGKILL)
        self._answers.put({"refused": f"it has died: {self._last_words()}"})

    def _hear(self) -> dict[str, Any] | None:
        with contextlib.suppress(ConnectionResetError):
            if message := self._control.recv(MESSAGE_BYTES):
                found: dict[str, Any] = json.loads(message)
                return found
        return None

    def _last_words(self) -> str:
        size = os.fstat(self._said.fileno()).st_size
        start = max(0, size - STDERR_TAIL_BYTES)
        return os.pread(self._said.fileno(), size - start, start).decode(errors="replace").strip()
