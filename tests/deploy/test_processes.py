import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.processes import CannotStart, Interrupted, Program, Roof
from tests.end_to_end.house import is_alive, wait_for

Make = Callable[..., Program]
WAITS = "import time; print('up', flush=True); time.sleep(60)"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A program that is ready once it has written something."""

    def program(source: str, name: str = "thing", **options: object) -> Program:
        log = tmp_path / "logs" / f"{name}.log"
        ready = options.pop("is_ready", lambda: log.exists() and log.read_text() != "")
        command = [sys.executable, "-c", source]
        return Program(name, command, dict(os.environ), tmp_path, log, ready, **options)  # type: ignore[arg-type]

    return program


@pytest.fixture
def roof(tmp_path: Path) -> Iterator[Roof]:
    roof = Roof(lambda text: None, threading.Event(), record=tmp_path / "processes.json")
    yield roof
    roof.stop()


@contextlib.contextmanager
def watching(roof: Roof, stopping: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=roof.watch)
    thread.start()
    yield
    stopping.set()
    thread.join()


def test_a_program_that_ends_at_its_start_is_named_with_its_last_line(roof: Roof, make: Make) -> None:
    with pytest.raises(CannotStart, match=r"The broker ended at its start \(no such option\); see .*broker\.log"):
        roof.start(make("print('no such option')", "broker", is_ready=lambda: False))


def test_a_program_that_never_gets_ready_is_named(roof: Roof, make: Make) -> None:
    with pytest.raises(CannotStart, match="The web server was not ready after 0 s"):
        roof.start(make(WAITS, "web server", is_ready=lambda: False, ready_seconds=0.2))


def test_a_wish_to_stop_is_heard_while_a_program_starts(make: Make, tmp_path: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    roof = Roof(lambda text: None, stopping, record=tmp_path / "processes.json")

    with pytest.raises(Interrupted):
        roof.start(make(WAITS, is_ready=lambda: False))
    roof.stop()


def test_a_program_that_dies_is_started_again_and_that_is_said(make: Make, tmp_path: Path) -> None:
    said: list[str] = []
    stopping = threading.Event()
    roof = Roof(said.append, stopping, record=tmp_path / "processes.json")
    roof.start(make(WAITS))
    [running] = roof.running
    first = running.pid

    with watching(roof, stopping):
        psutil.Process(first).kill()
        wait_for(lambda: running.pid != first, seconds=10)

    assert said[0].startswith("The thing ended (exit status -9); starting it again in 1 s.")
    roof.stop()


def test_pauses_grow_while_a_program_keeps_dying(roof: Roof, make: Make) -> None:
    roof.start(make(WAITS))
    [running] = roof.running
    pauses = []
    for _ in range(4):
        psutil.Process(running.pid).kill()
        wait_for(lambda: running.exit_status is not None, seconds=5)
        roof.look_after(running)
        assert running.restart_at is not None
        pauses.append(round(running.restart_at - time.monotonic()))
        running.restart_at = time.monotonic()
        roof.look_after(running)

    assert pauses == [1, 2, 4, 8]


def test_stopping_ends_what_a_program_started_too(roof: Roof, make: Make) -> None:
    start_another = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    )
    program = make(f"{start_another}; print(child.pid, flush=True); child.wait()")
    roof.start(program)
    grandchild = psutil.Process(int(program.log.read_text()))

    roof.stop()

    wait_for(lambda: not is_alive(grandchild), seconds=5)
