"""A shard that starts from another run reads those checkpoints, and no other file of it."""

import hashlib

import pytest

from experiments.models import Run, Shard, Worker
from experiments.protocol import ClaimRequest
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.recipes import submit_recipe
from experiments.services.runs import submit_run
from experiments.services.tokens import create_worker_token
from problems.models import User
from tests.experiments.api.conftest import Caller
from tests.experiments.making import announcement, artifact_event, batch, claim, recipe_toml, succeeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(alice: User, run: Run, shard: Shard, worker: Worker) -> Shard:
    granted = claim(shard, worker)
    files = [artifact_event(f"c{step}", b"weights %d" % step, seed=0, step=step) for step in (50, 100)]
    store_batch(lease=granted.lease, batch=batch(granted, 0, *files))
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    toml = recipe_toml(seeds=(0,), stack=1) + f"\n[start]\nrun = {run.pk}\nstep = 50\n"
    return submit_run(recipe=submit_recipe(author=alice, toml=toml), submitter=alice).shards.get()


def test_the_run_token_reads_exactly_what_the_shard_starts_from(started: Shard, bob: User) -> None:
    process = Caller(f"Worker {create_worker_token(owner=bob).secret}")
    welcome = process.post("/api/worker/announce/", announcement()).json()
    said = process.post(f"/api/worker/shards/{started.pk}/claim/", ClaimRequest(worker=welcome["worker"])).json()

    [file] = said["start_artifacts"]
    assert file["name"] == "start/point-000/checkpoints/seed-0/step-00000050.safetensors"
    assert said["artifacts"] == []
    attempt = Caller(f"Run {said['run_token']}")
    content = attempt.get(f"/api/shards/{started.pk}/blobs/{file['sha256']}/")
    assert b"".join(content.streaming_content) == b"weights 50"
    other = hashlib.sha256(b"weights 100").hexdigest()
    assert attempt.get(f"/api/shards/{started.pk}/blobs/{other}/").status_code == 404


def test_a_shard_with_fresh_weights_starts_from_nothing(shard: Shard, bob: User) -> None:
    process = Caller(f"Worker {create_worker_token(owner=bob).secret}")
    welcome = process.post("/api/worker/announce/", announcement()).json()
    said = process.post(f"/api/worker/shards/{shard.pk}/claim/", ClaimRequest(worker=welcome["worker"])).json()
    assert said["start_artifacts"] == []
