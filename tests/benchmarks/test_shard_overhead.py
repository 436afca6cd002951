"""What a shard costs beside its training: many trivial ones by twenty people through four workers. Run by `make bench`.

CIRCUITBOARD_BENCH_TRIVIAL_SHARDS=10000 asks for the full size. Real processes: web, site jobs, broker and workers.
To reach: 50 ms overhead a shard, the same for the last as for the first, people served alike within 10%, none lost.
The overhead is what a shard takes longer than where the engine alone carries out such shards, as many at a time, on
the same machine in the same run.
"""

import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.demo_programs import site_environment, worker_environment
from tests.architecture.source import ROOT
from tests.benchmarks.engine_alone import seconds_alone
from tests.benchmarks.report import Report, Row, Section
from tests.benchmarks.shard_load import N_PEOPLE
from tests.end_to_end.house import House, command_line, wait_for
from tests.postgresql import postgresql_server

N_SHARDS = int(os.environ.get("CIRCUITBOARD_BENCH_TRIVIAL_SHARDS", "500"))
N_WORKERS = 4
PROGRAMS = {
    "training processes": "workers.science.nursery",
    "workers": "-m workers",
    "web": "gunicorn",
    "site jobs": "deploy.site_jobs",
    "broker": "valkey-server",
}


@dataclass(frozen=True)
class Ended:
    person: int
    worker: int
    began: float
    ended: float
    device_seconds: float
    attempts: int
    state: str


@dataclass(frozen=True)
class Look:
    """Processor seconds of each kind of process, when so many shards were left."""

    n_left: int
    used: dict[str, float]


@contextmanager
def house_with_workers(folder: Path, database_url: str) -> Iterator[House]:
    house = House(folder / "data", database_url)
    house.start()
    more = []
    try:
        for number in range(1, N_WORKERS):
            own = {"CIRCUITBOARD_WORKER_NAME": f"more-{number}", "CIRCUITBOARD_WORKER_DIR": str(folder / f"w{number}")}
            with (folder / f"worker-{number}.log").open("wb") as said:
                command = [sys.executable, "-m", "workers"]
                environment = worker_environment(house.demo) | own
                more.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said))
        wait_for(lambda: all(b" ready." in log.read_bytes() for log in folder.glob("worker-*.log")), seconds=300)
        yield house
    finally:
        for worker in more:
            worker.terminate()
        for worker in more:
            worker.wait(60)
        house.stop()


def load(house: House, *arguments: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.benchmarks.shard_load", *arguments]
    environment = site_environment(house.demo)
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE) as asked:
        assert asked.stdout is not None
        yield from map(json.loads, asked.stdout)
    assert asked.returncode == 0


def processor_seconds() -> dict[str, float]:
    """Of the processes of this session, with what they have forked and seen end."""
    used = dict.fromkeys(PROGRAMS, 0.0)
    for process in psutil.Process().children(recursive=True):
        words = command_line(process)
        for name, part in PROGRAMS.items():
            if part in words:
                times = process.cpu_times()
                used[name] += times.user + times.system + times.children_user + times.children_system
                break
    return used


def carry_out_all(house: House) -> tuple[list[Look], list[Ended]]:
    list(load(house, "warm"))
    list(load(house, "submit", str(N_SHARDS)))
    looks: list[Look] = []
    for said in load(house, "watch"):
        if "shards" in said:
            return looks, [Ended(*row) for row in said["shards"]]
        looks.append(Look(said["n_left"], processor_seconds()))
    raise AssertionError("the load went away")


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_overhead_of_a_shard(database: str, report: Report, tmp_path: Path) -> None:
    with ExitStack() as until_the_end:
        database_url = until_the_end.enter_context(postgresql_server()) if database == "PostgreSQL" else ""
        house = until_the_end.enter_context(house_with_workers(tmp_path, database_url))
        looks, shards = carry_out_all(house)

    alone = seconds_alone(tmp_path / "alone", at_once=N_WORKERS)
    assert Counter((shard.state, shard.attempts) for shard in shards) == {("succeeded", 1): N_SHARDS}
    title = f"{N_SHARDS:,} trivial shards through {N_WORKERS} workers on {database}"
    report.add(Section(title, rows_of(looks, shards, alone), packages=["torch", "Django", "celery"], threads=1))


def rows_of(looks: list[Look], shards: list[Ended], alone: float) -> list[Row]:
    seconds = (shards[-1].ended - shards[0].began) / len(shards)
    rows = [
        Row("a shard from the queue", ms(seconds), f"engine alone {ms(alone)}", remark=MEANS),
        Row("overhead of a shard", ms(seconds - alone), target="50 ms"),
        Row(
            "overhead of a shard, first and last tenth",
            ms(pace(shards[: len(shards) // 10]) - alone),
            ms(pace(shards[-len(shards) // 10 :]) - alone),
            target="same",
        ),
        Row(
            "claim to verified end, median",
            ms(statistics.median(shard.ended - shard.began for shard in shards)),
            f"of it in the engine {ms(statistics.median(shard.device_seconds for shard in shards))}",
        ),
        Row(
            "device time of a person, furthest from the mean at four fifths",
            f"{100 * spread(shards):.0f}%",
            target="10%",
        ),
    ]
    for name in PROGRAMS:
        halves = looks[: len(looks) // 2 + 1], looks[len(looks) // 2 :]
        first, last = (used_per_shard(part, name) for part in halves)
        rows.append(Row(f"processor time of the {name}, first and last half", ms(first), ms(last)))
    return rows


MEANS = (
    f"By the clock, {N_WORKERS} at a time; everything runs on the cores of the machine below. The engine alone is the "
    "same training processes, forked as a worker forks them, without site, broker and database. Processor time is a "
    "shard's share, all processes of a kind together."
)


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def pace(shards: list[Ended]) -> float:
    """Seconds from one end to the next."""
    ends = sorted(shard.ended for shard in shards)
    return (ends[-1] - ends[0]) / (len(ends) - 1)


def spread(shards: list[Ended]) -> float:
    """How far the device time of the best and the worst served is from the mean, while everybody still waits."""
    given = dict.fromkeys((shard.person for shard in shards), 0.0)
    for shard in shards[: 4 * len(shards) // 5]:
        given[shard.person] += shard.ended - shard.began
    mean = sum(given.values()) / N_PEOPLE
    return max(abs(seconds - mean) for seconds in given.values()) / mean


def used_per_shard(looks: list[Look], name: str) -> float:
    n_ended = looks[0].n_left - looks[-1].n_left
    return (looks[-1].used[name] - looks[0].used[name]) / max(n_ended, 1)
