"""What is away for longer than anybody's patience: the web server, the broker, the storage, the room on a disk."""

import contextlib
import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.house import DATABASES_OF_FAULTS, House, Member, wait_for
from tests.end_to_end.test_faults import processes_of

pytestmark = pytest.mark.parametrize("house", DATABASES_OF_FAULTS, indirect=True)

AWAY_SECONDS = 60  # a lease is 45 s, and the site jobs go on reaping without the web server


def test_a_web_server_that_is_away_for_a_minute_costs_an_attempt_and_no_point(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    run = member.submit(small_recipe.replace("steps = 200", "steps = 8000"))
    wait_for(lambda: member.run(run)["shards"][0]["step"] > 0, seconds=60)

    hanging = processes_of(house, "gunicorn")
    for process in hanging:
        process.suspend()
    time.sleep(AWAY_SECONDS)
    for process in hanging:
        process.resume()

    ended = member.run_that_ended(run, seconds=180)
    assert ended["state"] == "succeeded", ended
    assert ended["shards"][0]["attempts"] <= 2
    columns = member.get(f"/api/runs/{run}/measurements/")["columns"]
    points = list(zip(columns["measure"], columns["seed"], columns["step"], strict=True))
    assert len(set(points)) == len(points) and max(columns["step"]) == 8000


def test_a_storage_that_takes_nothing_fails_the_run_with_its_reason_and_shows_nothing_half(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    blobs, aside = house.data_dir / "blobs", house.data_dir / "blobs-aside"
    blobs.mkdir(exist_ok=True)
    blobs.rename(aside)
    blobs.write_text("a file where the folder was: nothing can be written below it")
    try:
        failed = member.run_that_ended(member.submit(small_recipe), seconds=180)
    finally:
        blobs.unlink()
        aside.rename(blobs)

    [shard] = failed["shards"]
    assert (failed["state"], shard["failure"]["kind"]) == ("failed", "storage"), failed
    assert shard["failure"]["hint"] and shard["attempts"] == 3
    assert member.get(f"/api/runs/{failed['id']}/artifacts/")["artifacts"] == []
    assert member.run_that_ended(member.submit(small_recipe))["state"] == "succeeded"


BROKER_AWAY_SECONDS = 30


def test_a_run_submitted_while_the_broker_hangs_says_so_and_is_carried_out_once(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    [broker] = processes_of(house, "valkey-server")
    broker.suspend()
    until = time.monotonic() + BROKER_AWAY_SECONDS
    run = member.submit(small_recipe)
    wait_for(lambda: member.run(run)["waiting"]["reason"] == "broker_away", seconds=BROKER_AWAY_SECONDS)
    told = member.run(run)["waiting"]["sentence"]
    time.sleep(max(until - time.monotonic(), 0))
    assert member.run(run)["state"] == "queued" and "the broker takes no messages" in told
    broker.resume()

    ended = member.run_that_ended(run)
    assert (ended["state"], ended["shards"][0]["attempts"]) == ("succeeded", 1), ended


@contextlib.contextmanager
def no_room_in(folder: Path) -> Iterator[None]:
    """A disk of a few kilobytes where the folder was."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("this account may not mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_worker_with_a_full_disk_rests_and_costs_the_run_no_attempt(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    with no_room_in(house.data_dir / "worker"):
        run = member.submit(small_recipe)
        wait_for(lambda: "a full disk" in member.run(run)["waiting"]["sentence"], seconds=60)
        assert member.run(run)["shards"][0]["attempts"] == 0

    ended = member.run_that_ended(run)
    assert (ended["state"], ended["shards"][0]["attempts"]) == ("succeeded", 1), ended


def test_a_full_disk_of_the_site_fails_the_run_with_its_reason_and_shows_nothing_half(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    wide = small_recipe.replace("d_model = 16", "d_model = 64")  # a checkpoint alone is more than fits
    with no_room_in(house.data_dir / "incoming"):
        failed = member.run_that_ended(member.submit(wide), seconds=180)

    [shard] = failed["shards"]
    assert (failed["state"], shard["failure"]["kind"], shard["attempts"]) == ("failed", "storage", 3), failed
    assert "could not be stored" in shard["failure"]["message"] and shard["failure"]["hint"]
    for file in member.get(f"/api/runs/{failed['id']}/artifacts/")["artifacts"]:
        assert hashlib.sha256(member.download(file["url"])).hexdigest() == file["sha256"]
    assert member.run_that_ended(member.submit(small_recipe))["state"] == "succeeded"
