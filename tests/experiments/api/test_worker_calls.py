"""What a worker process may say, over HTTP, from its first word to the end of a shard."""

import datetime
import hashlib

import pytest
from django.utils import timezone

from experiments.models import Blob, Shard, State, Worker
from experiments.protocol import ClaimRequest, Heartbeat
from experiments.services.leases import Granted
from experiments.services.tokens import create_worker_token
from problems.models import User
from tests.experiments.api.conftest import Caller
from tests.experiments.making import announcement, batch, claim, measured, succeeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(shard: Shard, worker: Worker) -> Granted:
    return claim(shard, worker)


@pytest.fixture
def holder(granted: Granted) -> Caller:
    return Caller(f"Run {granted.secret}")


def address(shard: Shard, call: str) -> str:
    return f"/api/shards/{shard.pk}/{call}/"


def test_worker_announces_claims_reports_and_finishes(shard: Shard, bob: User) -> None:
    process = Caller(f"Worker {create_worker_token(owner=bob).secret}")
    welcome = process.post("/api/worker/announce/", announcement()).json()
    said = process.post(f"/api/worker/shards/{shard.pk}/claim/", ClaimRequest(worker=welcome["worker"])).json()
    assert (said["seeds"], said["epoch"], said["resume_step"]) == ([0, 1], 1, None)
    assert (said["recipe"]["task"]["modulus"], said["memory_bytes"]) == (7, shard.memory_bytes)

    attempt = Caller(f"Run {said['run_token']}")
    weights = b"weights" * 1000
    sha256 = hashlib.sha256(weights).hexdigest()
    assert attempt.put(address(shard, f"blobs/{sha256}"), weights).status_code == 201
    assert attempt.put(address(shard, f"blobs/{sha256}"), weights).status_code == 200
    named = {"name": "last.safetensors", "kind": "checkpoint", "sha256": sha256, "n_bytes": len(weights)}
    events = [measured((0, 0, 1.5)).model_dump(), {"kind": "artifact", "artifact": named}]
    stored = attempt.post(address(shard, "events"), {"epoch": 1, "seq": 0, "events": events})
    assert stored.json() == {"seq": 0, "stored": True, "cancel": False}
    assert b"".join(attempt.get(address(shard, f"blobs/{sha256}")).streaming_content) == weights

    outcome = {"epoch": 1, "result": "succeeded", "manifest": [named]}
    assert attempt.post(address(shard, "finish"), outcome).json() == {"state": "succeeded"}


def test_heartbeat_extends_the_lease(shard: Shard, holder: Caller) -> None:
    Shard.objects.update(lease_until=timezone.now())
    beat = Heartbeat(epoch=1, step=30)
    assert holder.post(address(shard, "heartbeat"), beat).json() == {"lease_seconds": 45, "cancel": False}
    assert Shard.objects.filter(step=30, lease_until__gt=timezone.now() + datetime.timedelta(seconds=40)).exists()


@pytest.mark.parametrize("call", ["heartbeat", "events", "finish"])
def test_older_epoch_is_refused_and_stores_nothing(call: str, shard: Shard, granted: Granted, holder: Caller) -> None:
    bodies = {
        "heartbeat": Heartbeat(epoch=1),
        "events": batch(granted, 0, measured((0, 0, 1.0))),
        "finish": succeeded(granted),
    }
    Shard.objects.update(epoch=2)
    refused = holder.post(address(shard, call), bodies[call])
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_epoch")
    assert Shard.objects.get().state == State.RUNNING and not shard.chunks.exists()


def test_upload_under_an_older_epoch_is_refused(shard: Shard, holder: Caller) -> None:
    Shard.objects.update(epoch=2)
    refused = holder.put(address(shard, f"blobs/{hashlib.sha256(b'x').hexdigest()}"), b"x")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_epoch")
    assert not Blob.objects.exists()


def test_second_claim_of_a_shard_is_refused(shard: Shard, worker: Worker, granted: Granted, bob: User) -> None:
    made = create_worker_token(owner=bob)
    Worker.objects.filter(pk=worker.pk).update(token=made.token)
    body = ClaimRequest(worker=worker.pk)
    refused = Caller(f"Worker {made.secret}").post(f"/api/worker/shards/{shard.pk}/claim/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_claimable")
    assert Shard.objects.get().epoch == 1
