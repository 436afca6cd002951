"""Processes under one roof: started in order, restarted when they die, ended in the opposite order."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deploy.leftovers import note

POLL_SECONDS = 0.05
WATCH_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 60.0  # a process that ran this long has recovered: its next restart does not wait
LOG_BYTES = 5 * 1024 * 1024

Say = Callable[[str], None]


class CannotStart(Exception):
    """One plain sentence for the person at the terminal."""


class Interrupted(Exception):
    """Somebody asked to stop while something was being started."""


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    is_ready: Callable[[], bool]
    ready_seconds: float = 60.0
    stop_seconds: float = 10.0


class Running:
    """A program with the process it has now. The process leads a group of its own, which ends with it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.n_deaths = 0
        self.restart_at: float | None = None
        self.start()

    def start(self) -> None:
        with _log_file(self.program.log) as log:
            self._process = subprocess.Popen(
                self.program.command,
                env=dict(self.program.environment),
                cwd=self.program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the others in order
            )
        self.started_at = time.monotonic()
        self.restart_at = None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        return self._process.poll()

    def stop(self) -> None:
        if self.exit_status is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.program.stop_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class Roof:
    def __init__(self, say: Say, stopping: threading.Event, *, record: Path) -> None:
        self._say, self._stopping, self._record = say, stopping, record
        self.running: list[Running] = []

    def start(self, program: Program) -> None:
        """Start a program and wait until it is ready; `CannotStart` names its log if it does not get there."""
        running = Running(program)
        self.running.append(running)
        self._note()
        until = time.monotonic() + program.ready_seconds
        while not program.is_ready():
            if running.exit_status is not None:
                raise CannotStart(f"The {program.name} ended at its start{_last_line(program.log)}; see {program.log}.")
            if time.monotonic() > until:
                raise CannotStart(
                    f"The {program.name} was not ready after {program.ready_seconds:.0f} s; see {program.log}."
                )
            if self._stopping.wait(POLL_SECONDS):
                raise Interrupted

    def watch(self) -> None:
        """Until somebody asks to stop: bring back what dies, with growing pauses, and say so."""
        while not self._stopping.wait(WATCH_SECONDS):
            for running in self.running:
                self.look_after(running)

    def look_after(self, running: Running) -> None:
        if running.exit_status is None:
            return
        now = time.monotonic()
        if running.restart_at is None:
            running.n_deaths = 1 if now - running.started_at > SETTLED_SECONDS else running.n_deaths + 1
            pause = min(2.0 ** (running.n_deaths - 1), LONGEST_PAUSE_SECONDS)
            running.restart_at = now + pause
            name, log = running.program.name, running.program.log
            self._say(
                f"The {name} ended (exit status {running.exit_status}); starting it again in {pause:.0f} s. Log: {log}"
            )
        elif now >= running.restart_at:
            running.stop()  # whatever the dead process left in its group
            running.start()
            self._note()

    def stop(self) -> None:
        for running in reversed(self.running):
            running.stop()
        self.running.clear()
        self._note()

    def _note(self) -> None:
        note(self._record, [running.pid for running in self.running])


def _log_file(path: Path) -> TextIO:
    """Appended to over many starts; one older part is kept when it has grown large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("a", encoding="utf-8")


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f" ({lines[-1].strip()[:200]})" if lines else ""
