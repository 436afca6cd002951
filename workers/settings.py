"""What a compute worker is told by its environment. No database and no storage secret is among it."""

import functools
import os
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.broker import broker_tls
from deploy.env import BadSetting, env_int, env_path, env_secret, env_text
from workers.memory import memory_bytes

DEVICES = ("auto", "cpu", "cuda")
MIB = 2**20
LENT = 0.9  # of the memory there is: the system and this process need some


@dataclass(frozen=True)
class Settings:
    site_url: str
    token: str = field(repr=False)
    broker_url: str = field(repr=False)
    name: str
    device: str
    slots: int
    threads: int  # of each slot
    memory_bytes: int  # of all slots together
    work_dir: Path
    disk_bytes: int  # of each slot
    min_free_bytes: int  # of the disk, whatever the shards want
    drain_seconds: int  # how long a stopping worker waits for its shards before it gives them back
    broker_tls: dict[str, Any] | None = None


@functools.cache
def settings() -> Settings:
    device = env_text("WORKER_DEVICE", "auto")
    if device not in DEVICES:
        raise BadSetting(f"CIRCUITBOARD_WORKER_DEVICE is {device!r}; allowed: {', '.join(DEVICES)}")
    name = env_text("WORKER_NAME", socket.gethostname())
    slots = _at_least_one("WORKER_SLOTS", 1)
    broker_url = env_secret("BROKER_URL")
    return Settings(
        site_url=env_text("URL").rstrip("/"),
        token=env_secret("WORKER_TOKEN"),
        broker_url=broker_url,
        broker_tls=broker_tls(broker_url),
        name=name,
        device=device,
        slots=slots,
        threads=_at_least_one("WORKER_THREADS", max(1, (os.cpu_count() or 1) // slots)),
        memory_bytes=MIB * _at_least_one("WORKER_MEMORY_MIB", int(LENT * memory_bytes()) // MIB),
        work_dir=env_path("WORKER_DIR", Path(tempfile.gettempdir()) / f"circuitboard-worker-{name}"),
        disk_bytes=MIB * _at_least_one("WORKER_DISK_MIB", 16 * 1024),
        min_free_bytes=MIB * _at_least_one("WORKER_MIN_FREE_MIB", 1024),
        drain_seconds=env_int("WORKER_DRAIN_SECONDS", 0),
    )


def _at_least_one(name: str, default: int) -> int:
    value = env_int(name, default)
    if value < 1:
        raise BadSetting(f"CIRCUITBOARD_{name} is {value}; allowed: 1 or more")
    return value
