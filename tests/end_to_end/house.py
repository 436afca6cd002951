"""The whole house as its operator sees it: the command behind `make demo`, on a port and a folder of its own."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import httpx
import psutil

from deploy.demo_programs import Demo, demo_from_environment
from tests.architecture.source import ROOT

Answer = TypeVar("Answer")
# `make test` tries faults on SQLite alone, `make chaos` on both.
N_KILLS = int(os.environ.get("CIRCUITBOARD_CHAOS_KILLS", "10"))
DATABASES_OF_FAULTS = ["sqlite", "postgresql"] if N_KILLS > 10 else ["sqlite"]

START_SECONDS = 120
STOP_SECONDS = 40


class House:
    def __init__(self, data_dir: Path, database_url: str = "") -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = plain_environment() | {
            "CIRCUITBOARD_PORT": str(self.port),
            "CIRCUITBOARD_DATA_DIR": str(data_dir),
            "CIRCUITBOARD_WORKER_THREADS": "1",
            "CIRCUITBOARD_STORAGE_RETRY_SECONDS": "1",
        }
        if database_url:
            self._environment["CIRCUITBOARD_DATABASE_URL"] = database_url
        self._said = data_dir.with_suffix(".said")

    @property
    def demo(self) -> Demo:
        """The house as its own programs know it."""
        with mock.patch.dict(os.environ, self._environment, clear=True):
            return demo_from_environment()

    def start(self) -> None:
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.demo"],
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(lambda: self._process.poll() is not None or "Ready after" in self.said, seconds=START_SECONDS)
            assert self._process.poll() is None, self.said + self.logs()
        except AssertionError:
            self.abandon()
            raise

    def stop(self) -> None:
        """End it as Ctrl-C does, and see that nothing is left running."""
        family = {child: command_line(child) for child in self.processes()}
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        finally:
            left = [process for process in family if is_alive(process)]
            for process in left:
                process.kill()
        assert self._process.returncode == 0, self.said
        assert [family[process] for process in left] == []

    def abandon(self) -> None:
        """Leave nothing running of a house that never got ready."""
        if self._process.poll() is None:
            for process in self.processes():
                process.kill()
            self._process.kill()

    @property
    def said(self) -> str:
        return self._said.read_text()

    def logs(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in self.data_dir.glob("logs/*.log"))

    @property
    def password(self) -> str:
        return (self.data_dir / "secrets" / "demo_password").read_text().strip()

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children(recursive=True)

    def training_processes(self) -> list[psutil.Process]:
        """Those that were forked for a shard."""
        nurseries = {process.pid for process in self.processes() if "workers.science.nursery" in command_line(process)}
        return [process for process in self.processes() if process.pid in nurseries and parent_of(process) in nurseries]

    def answers(self) -> bool:
        try:
            return httpx.get(self.url).status_code < 500
        except httpx.TransportError:
            return False


class Member:
    """Somebody with the demo account's token, speaking to the REST API."""

    def __init__(self, house: House) -> None:
        self._house = house
        logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each look would hide what failed
        self._http = httpx.Client(base_url=house.url, timeout=30)
        token = self._http.post("/api/tokens/", auth=("demo", house.password))
        assert token.status_code == 201, token.text
        self._http.headers["Authorization"] = f"Token {token.json()['token']}"

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> Any:
        return self._checked(self._http.get(path)).json()

    def post(self, path: str, **content: Any) -> Any:
        return self._checked(self._http.post(path, **content)).json()

    def download(self, url: str) -> bytes:
        return self._checked(self._http.get(url)).content

    def submit(self, toml: str) -> int:
        recipe = self.post("/api/recipes/", json={"toml": toml})
        run: int = self.post(f"/api/recipes/{recipe['id']}/runs/")["id"]
        return run

    def run(self, number: int) -> Any:
        return self.get(f"/api/runs/{number}/")

    def run_that_ended(self, number: int, *, seconds: float = 90) -> Any:
        ended = ("succeeded", "failed", "cancelled")
        return wait_for(lambda: (found := self.run(number))["state"] in ended and found, seconds=seconds)

    def cancel_everything(self) -> None:
        """Free the one slot, for what comes next."""
        for run in self.get("/api/runs/?state=queued&state=running")["results"]:
            self.post(f"/api/runs/{run['id']}/cancel/")
            self.run_that_ended(run["id"])

    def _checked(self, reply: httpx.Response) -> httpx.Response:
        assert reply.is_success, f"{reply.request.url}: {reply.status_code} {reply.text}\n{self._house.logs()}"
        return reply


def wait_for(look: Callable[[], Answer], *, seconds: float) -> Answer:
    until = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < until, f"waited {seconds} s in vain"
        time.sleep(0.1)
    return answer


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def parent_of(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("CIRCUITBOARD_", "DJANGO_"))}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
