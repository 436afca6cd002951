"""Kills at random, drawn from a seed, and how long it takes until training goes on."""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from tests.end_to_end.house import House, Member, command_line, parent_of, wait_for

RECOVERY_SECONDS = 180
COSTS_AN_ATTEMPT = ("training process", "nursery", "compute worker")
LOSSES_OF_A_SHARD = 2  # a third one ends it, as it should: those that are left go to what costs no attempt


@dataclass(frozen=True)
class Kill:
    target: str
    run: int
    seconds: float  # until training went on


@dataclass(frozen=True)
class Place:
    """How far a run is."""

    attempts: int
    step: int
    trains: bool  # as its worker says: a claim alone is not enough
    has_ended: bool

    @classmethod
    def of(cls, run: Any) -> "Place":
        [shard] = run["shards"]
        has_ended = run["state"] in ("succeeded", "failed", "cancelled")
        return cls(shard["attempts"], shard["step"], shard["phase"] in ("training", "analysing"), has_ended)


NOWHERE = Place(0, 0, False, False)


class Chaos:
    def __init__(self, house: House, member: Member, toml: str, *, seed: int) -> None:
        self._house, self._member, self._toml = house, member, toml
        self._random = random.Random(seed)
        self._losses: dict[int, int] = {}
        self._logs: dict[int, list[str]] = {}
        self.runs: list[int] = []
        self.kills: list[Kill] = []

    def kill(self, target: str) -> None:
        """Kill one kind of process while a run trains, and wait until one trains again."""
        costs = target in COSTS_AN_ATTEMPT
        while True:
            run, before = self._caught_training(spare=costs)
            self._remember_log(run)
            victims = processes_of(self._house)[target]
            if victims:  # a run may end between the look and the kill
                break
        killed_at = time.monotonic()
        for process in victims:
            process.send_signal(signal.SIGKILL)
        self._losses[run] = self._losses.get(run, 0) + costs
        wait_for(lambda: self._goes_on(before, in_new_attempt=costs), seconds=RECOVERY_SECONDS)
        self.kills.append(Kill(target, run, time.monotonic() - killed_at))

    def order(self, n_kills: int) -> list[str]:
        """Every kind about as often as any other, in random order."""
        targets = list(processes_of(self._house))
        drawn = [targets[place % len(targets)] for place in range(n_kills)]
        self._random.shuffle(drawn)
        return drawn

    def end_all(self) -> list[Any]:
        return [self._member.run_that_ended(run, seconds=RECOVERY_SECONDS) for run in self.runs]

    def lost_lines(self) -> dict[int, list[str]]:
        """Of each run: lines that were in its log before a kill and are not there, in their place, at the end."""
        now = {run: self._log(run) for run in self.runs}
        return {run: seen for run, seen in self._logs.items() if now[run][: len(seen)] != seen}

    def report(self) -> str:
        rows = [f"{kill.target:18} run {kill.run:4} {kill.seconds:6.1f} s" for kill in self.kills]
        kinds = {kill.target: sorted(k.seconds for k in self.kills if k.target == kill.target) for kill in self.kills}
        costs = [
            f"{kind:18} {len(s):3} kills, p50 {s[len(s) // 2]:5.1f} s, worst {s[-1]:5.1f} s"
            for kind, s in kinds.items()
        ]
        whole = f"recovery: p50 {self.quantile(0.5):.1f} s, p95 {self.quantile(0.95):.1f} s"
        return "\n".join([*rows, *costs, whole])

    def quantile(self, fraction: float) -> float:
        seconds = sorted(kill.seconds for kill in self.kills)
        return seconds[min(int(fraction * len(seconds)), len(seconds) - 1)]

    def _remember_log(self, run: int) -> None:
        try:
            self._logs[run] = self._log(run)
        except (httpx.TransportError, AssertionError):
            return  # the web was killed a moment ago

    def _log(self, run: int) -> list[str]:
        lines = self._member.get(f"/api/runs/{run}/log/")["lines"]
        return [f"{line['number']} {line['epoch']} {line['new_state']} {line['text']}" for line in lines]

    def _caught_training(self, *, spare: bool) -> tuple[int, dict[int, Place]]:
        """A run at some moment of its training, and how far all runs are then. On a fast machine it may end while one
        waits for that moment; then another is taken."""
        while True:
            run = self._training_run(spare=spare)
            time.sleep(self._random.uniform(0.0, 1.5))
            places = self._progress()
            if run in places and places[run].trains and not places[run].has_ended:
                return run, places

    def _training_run(self, *, spare: bool) -> int:
        """A run that trains now and may lose its process once more, if that is to be; started where there is none."""

        def training() -> int | None:
            for run in self.runs:
                found = self._look(run)
                if found and found["shards"][0]["state"] == "running" and found["shards"][0]["step"] > 0:
                    return None if spare and self._losses.get(run, 0) >= LOSSES_OF_A_SHARD else run
            return None

        def training_or_new() -> int | None:
            live = [run for run in self.runs if (found := self._look(run)) and found["state"] in ("queued", "running")]
            if not live and self._house.answers():
                self.runs.append(self._member.submit(self._toml))
            return training()

        return wait_for(training_or_new, seconds=RECOVERY_SECONDS) or 0

    def _progress(self) -> dict[int, Place]:
        return {run: Place.of(found) for run in self.runs if (found := self._look(run))}

    def _goes_on(self, before: dict[int, Place], *, in_new_attempt: bool) -> bool:
        """The site answers, and a run trains on, if need be in another attempt, or has ended."""
        now = self._progress()
        return len(now) == len(self.runs) and any(
            place.has_ended or (place.trains and (place.attempts > was.attempts or not in_new_attempt))
            for run, place in now.items()
            if (was := before.get(run, NOWHERE)) != place
        )

    def _look(self, run: int) -> Any | None:
        try:
            return self._member.run(run)
        except (httpx.TransportError, AssertionError):
            return None  # the web was killed


def orphans() -> list[str]:
    """Processes of the engine whose worker is gone: nobody's."""
    mine = (" -m workers.science.nursery", " -m workers.science.shard")
    found = [process for process in psutil.process_iter() if any(words in command_line(process) for words in mine)]
    return [command_line(process) for process in found if parent_of(process) == 1]


def processes_of(house: House) -> dict[str, list[psutil.Process]]:
    """What can be killed, by name."""
    found = {process: command_line(process) for process in house.processes()}

    def running(words: str) -> list[psutil.Process]:
        return [process for process, line in found.items() if words in line]

    training = house.training_processes()
    named: dict[str, Callable[[], list[psutil.Process]]] = {
        "training process": lambda: training,
        "nursery": lambda: [process for process in running("workers.science.nursery") if process not in training],
        # Alone: that its nursery and what that forked end with it is for them to show.
        "compute worker": lambda: [process for process, line in found.items() if line.endswith("-m workers")],
        "broker": lambda: running("valkey-server"),
        "web": lambda: running("gunicorn"),
        "site jobs": lambda: running("deploy.site_jobs"),
    }
    return {name: find() for name, find in named.items()}
