"""What a shard may hold of the machine that carries it out."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.protocol import Claim
from tests.workers.conftest import CLAIM, settings_for
from tests.workers.small_site import SmallSite
from workers import memory
from workers.disk import free_bytes
from workers.limits import ENGINE_BYTES, Allowance, allowance, memory_allowed
from workers.machine import Machine
from workers.supervisor import Supervisor

Supervise = Callable[..., Supervisor]
MIB, GIB = 2**20, 2**30
LITTLE = Allowance(memory_bytes=300 * MIB, disk_bytes=MIB)


def test_a_shard_that_takes_more_memory_than_it_may_is_ended_and_told_how_much(
    small_site: SmallSite, supervise: Supervise
) -> None:
    started_at = time.monotonic()
    supervise(["deaf"], ["hold", 400 * MIB], ["sleep", 60], allowed=LITTLE).run()

    assert time.monotonic() - started_at < 10
    [outcome] = small_site.outcomes
    assert outcome["failure"]["failure"] == "out_of_memory"
    assert "this worker allows it 300.0 MiB" in outcome["failure"]["message"]
    assert "smaller model" in outcome["failure"]["hint"]


def test_a_shard_that_keeps_within_its_memory_is_left_alone(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["hold", 100 * MIB], ["sleep", 1.5], ["finish"], allowed=LITTLE).run()

    assert small_site.outcomes[0]["result"] == "succeeded"


def test_what_a_shard_starts_counts_as_its_own(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["grandchild", 400 * MIB], ["sleep", 60], allowed=LITTLE).run()

    assert small_site.outcomes[0]["failure"]["failure"] == "out_of_memory"


def test_a_shard_whose_files_take_more_than_they_may_is_ended_and_told_how_much(
    small_site: SmallSite, supervise: Supervise, tmp_path: Path
) -> None:
    files = [["write", f"step-{step}", f"{step}" * 700_000] for step in (1, 2)]
    supervise(*files, ["sleep", 60], allowed=LITTLE).run()

    [outcome] = small_site.outcomes
    assert outcome["failure"]["failure"] == "storage"
    assert "took 1.3 MiB; this worker's disk has 1.0 MiB for it" in outcome["failure"]["message"]
    assert "fewer checkpoints" in outcome["failure"]["hint"]
    assert list(tmp_path.iterdir()) == []


def test_files_that_fit_are_left_alone(small_site: SmallSite, supervise: Supervise) -> None:
    supervise(["write", "step-1", "x" * 700_000], ["sleep", 1.5], ["finish"], allowed=LITTLE).run()

    assert small_site.outcomes[0]["result"] == "succeeded"


def test_the_disk_is_not_filled_to_the_brim(small_site: SmallSite, tmp_path: Path) -> None:
    claim, told = Claim(**CLAIM, recipe={}), settings_for(small_site, tmp_path / "not yet there")
    free = free_bytes(told.work_dir)

    assert allowance(claim, told, device="cpu").disk_bytes == told.disk_bytes
    scarce = replace(told, disk_bytes=2 * free, min_free_bytes=free // 2)
    assert 0 < allowance(claim, scarce, device="cpu").disk_bytes < 0.6 * free
    assert allowance(claim, replace(told, min_free_bytes=2 * free), device="cpu").disk_bytes == 0


@pytest.mark.parametrize(
    ("needed", "lent", "slots", "allowed"),
    [
        (0, 16 * GIB, 4, 4 * GIB),  # its share
        (2 * GIB, 16 * GIB, 4, 9 * GIB),  # what the site has kept free for it
        (12 * GIB, 16 * GIB, 4, 16 * GIB),  # not more than there is
        (0, GIB, 4, ENGINE_BYTES),  # what an engine holds that does nothing
    ],
)
def test_a_shard_may_hold_its_share_or_what_its_budget_needs(needed: int, lent: int, slots: int, allowed: int) -> None:
    assert memory_allowed(needed, lent_bytes=lent, slots=slots) == allowed


def test_the_memory_of_a_container_is_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = memory.memory_bytes()
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory, "LIMIT_FILES", (tmp_path / "memory.max", tmp_path / "missing"))
    assert memory.memory_bytes() == whole

    (tmp_path / "memory.max").write_text(f"{300 * MIB}\n")
    assert memory.memory_bytes() == 300 * MIB


def test_a_gpu_is_lent_whole() -> None:
    told = {"hardware": "a", "memory_bytes": 80 * GIB, "flops_per_second": 1e9, "engine_digest": "e" * 64}

    assert Machine(device="cuda", **told).lending(GIB).memory_bytes == 80 * GIB
    assert Machine(device="cpu", **told).lending(GIB).memory_bytes == GIB
