"""More workers on the machine of a house, each as its owner would start it."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.demo_programs import worker_environment
from tests.architecture.source import ROOT
from tests.end_to_end.house import House, wait_for

START_SECONDS = 180

# A process whose clock is wrong, as far as Python asks for it; the seconds it is ahead come as an argument.
WITH_A_WRONG_CLOCK = """
import datetime, runpy, sys, time_machine
ahead = datetime.timedelta(seconds=float(sys.argv.pop()))
time_machine.travel(datetime.datetime.now(datetime.UTC) + ahead, tick=True).start()
runpy.run_module("workers", run_name="__main__")
"""


@contextlib.contextmanager
def lent_worker(
    house: House, folder: Path, *, name: str, slots: int = 1, seconds_ahead: float = 0.0
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker beside the house's own, under the same token."""
    settings = {"NAME": name, "SLOTS": str(slots), "DIR": str(folder / name)}
    environment = worker_environment(house.demo) | {f"CIRCUITBOARD_WORKER_{k}": v for k, v in settings.items()}
    wrong = [sys.executable, "-c", WITH_A_WRONG_CLOCK, str(seconds_ahead)]
    command = wrong if seconds_ahead else [sys.executable, "-m", "workers"]
    log = folder / f"{name}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)
    try:
        wait_for(lambda: " ready." in log.read_text() or process.poll() is not None, seconds=START_SECONDS)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.terminate()
        process.wait(60)
