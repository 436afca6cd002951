import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workers.small_site import SmallSite
from workers import limits, session, supervisor, watch
from workers.child import Child, clean_environment, fresh_child
from workers.limits import Allowance
from workers.nursery import Nursery
from workers.session import Site
from workers.settings import Settings
from workers.supervisor import Supervisor

SCRIPTED_ENGINE = (sys.executable, "-m", "tests.workers.scripted_engine")
ENOUGH = Allowance(memory_bytes=2**30, disk_bytes=2**30)
ENVIRONMENT = clean_environment(os.environ, threads=1)

CLAIM: dict[str, Any] = {
    "shard": 3,
    "run": 1,
    "point": 0,
    "epoch": 2,
    "run_token": "run-token",
    "lease_seconds": 45,
    "seeds": [0, 1],
    "time_limit_seconds": 60,
}


@pytest.fixture
def quick_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same behaviour at a tenth of the time."""
    monkeypatch.setattr(watch, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(limits, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(supervisor, "BATCH_SECONDS", 0.2)
    monkeypatch.setattr(supervisor, "LOG_SECONDS", 0.1)
    monkeypatch.setattr(session, "FIRST_PAUSE_SECONDS", 0.02)


@pytest.fixture
def small_site() -> Iterator[SmallSite]:
    with SmallSite() as server:
        thread = server.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def site(small_site: SmallSite, quick_clocks: None) -> Iterator[Site]:
    with Site(small_site.url, "worker-token") as site:
        yield site


def start_fresh() -> Child:
    return fresh_child(SCRIPTED_ENGINE, ENVIRONMENT)


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    nursery = Nursery(SCRIPTED_ENGINE, ENVIRONMENT, start_fresh=start_fresh)
    yield nursery
    nursery.close()


def settings_for(small_site: SmallSite, work_dir: Path) -> Settings:
    return Settings(
        site_url=small_site.url,
        token="worker-token",
        broker_url="redis://nowhere",
        name="w",
        device="cpu",
        slots=1,
        threads=1,
        memory_bytes=2**29,
        work_dir=work_dir,
        disk_bytes=2**20,
        min_free_bytes=2**20,
        drain_seconds=0,
    )


@pytest.fixture
def supervise(small_site: SmallSite, site: Site, nursery: Nursery, tmp_path: Path) -> Callable[..., Supervisor]:
    """A supervisor of a shard whose training process does what the script lists."""

    def build(*script: list[Any], allowed: Allowance = ENOUGH, **claimed: Any) -> Supervisor:
        small_site.claim = CLAIM | {"recipe": {"script": script}} | claimed
        claim = site.claim(CLAIM["shard"], worker=7, instance="i")
        return Supervisor(claim, site, nursery.take, device="cpu", threads=1, allowed=allowed, work_dir=tmp_path)

    return build
