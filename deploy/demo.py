"""`make demo`: the whole house on one machine, under one supervisor. Ctrl-C ends all of it; the data stays."""

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from deploy.demo_programs import (
    SOURCE_ROOT,
    Demo,
    broker,
    compute_worker,
    demo_from_environment,
    site_environment,
    site_jobs,
    web,
)
from deploy.env import BadSetting
from deploy.keys import kept_secret
from deploy.leftovers import end_leftovers
from deploy.processes import POLL_SECONDS, CannotStart, Interrupted, Program, Roof
from deploy.telling import say, timed

NEEDED_BYTES = 300 * 1024 * 1024
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    stopping = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stopping.set())
    try:
        demo = demo_from_environment()
        with keep_for_one(demo):
            run(demo, stopping)
    except (CannotStart, BadSetting) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    except Interrupted:
        say("\nStopped before everything was up.")
    except OSError as error:
        print(f"\n{_sentence(error)}", file=sys.stderr, flush=True)
        return 1
    return 0


def run(demo: Demo, stopping: threading.Event) -> None:
    started_at = time.monotonic()
    record = demo.data_dir / "processes.json"
    if n_left := end_leftovers(record):
        say(f"Ended {n_left} processes that an earlier start had left behind.")
    refuse_taken_port(demo.port)
    refuse_full_disk(demo)
    kept_secret(demo.secret("secret_key"))
    roof = Roof(say, stopping, record=record)
    steps: list[tuple[str, Callable[[Demo], Program]]] = [
        ("web server", web),
        ("site jobs", site_jobs),
        ("compute worker", compute_worker),
    ]
    try:
        with timed("Starting the broker"):
            roof.start(broker(demo))
        prepare(demo, stopping)
        for name, program in steps:
            with timed(f"Starting the {name}"):
                roof.start(program(demo))
        say(f"\nReady after {time.monotonic() - started_at:.0f} s. Open {demo.url}")
        say(f"Ctrl-C ends everything; the data stays in {demo.data_dir}.")
        roof.watch()
        say("\nStopping.")
    finally:
        roof.stop()


def prepare(demo: Demo, stopping: threading.Event) -> None:
    """The steps that need Django, in a process of their own: this one stays small."""
    command = [sys.executable, "-m", "deploy.demo_data"]
    preparing = subprocess.Popen(command, env=site_environment(demo), cwd=SOURCE_ROOT, start_new_session=True)
    while preparing.poll() is None:
        if stopping.wait(POLL_SECONDS):
            os.killpg(preparing.pid, signal.SIGKILL)
            preparing.wait()
            raise Interrupted
    if preparing.returncode != 0:
        raise CannotStart("The database could not be prepared; the reason is above.")


@contextlib.contextmanager
def keep_for_one(demo: Demo) -> Iterator[None]:
    """Two supervisors over one data folder would end each other's processes."""
    demo.data_dir.mkdir(parents=True, exist_ok=True)
    with (demo.data_dir / "demo.lock").open("w") as lock:
        _lock(lock, demo)
        yield


def _lock(lock: IO[Any], demo: Demo) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"Another `make demo` is running with the data in {demo.data_dir}.") from None


def refuse_taken_port(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OverflowError:
            raise CannotStart(f"CIRCUITBOARD_PORT is {port}; allowed: 1 to 65535.") from None
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}); choose another: CIRCUITBOARD_PORT={other} make demo"
            ) from None


def refuse_full_disk(demo: Demo) -> None:
    free = shutil.disk_usage(demo.data_dir).free
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"The disk that holds {demo.data_dir} has {free // 2**20} MiB free; Circuitboard needs "
            f"{NEEDED_BYTES // 2**20} MiB. CIRCUITBOARD_DATA_DIR names another place."
        )


def _sentence(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: make room, or name another place with CIRCUITBOARD_DATA_DIR."
    return f"{error.strerror or error}: {error.filename or 'the system refused'}."


if __name__ == "__main__":
    sys.exit(main())
