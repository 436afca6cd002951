"""Who a token lets in."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from experiments.models import Shard, State, Worker
from experiments.protocol import ClaimRequest, Heartbeat
from experiments.services.events import store_batch
from experiments.services.leases import reap_expired
from experiments.services.revoking import revoke_worker_token
from experiments.services.tokens import create_worker_token
from experiments.services.workers import announce_worker
from problems.models import User
from tests.experiments.api.conftest import Caller
from tests.experiments.making import announcement, artifact_event, batch, claim, go_silent, make_run

pytestmark = pytest.mark.django_db


def test_expired_worker_token_is_refused(bob: User) -> None:
    made = create_worker_token(owner=bob, expires_in=datetime.timedelta(days=1))
    caller = Caller(f"Worker {made.secret}")
    assert caller.post("/api/worker/announce/", announcement()).status_code == 200
    with time_machine.travel(datetime.timedelta(days=2)):
        refused = caller.post("/api/worker/announce/", announcement())
    assert (refused.status_code, refused.json()["code"]) == (401, "expired_token")
    assert refused["WWW-Authenticate"] == "Worker"


@pytest.mark.parametrize(
    "authorization", ["", "Worker", "Worker nonsense", "Worker \xff\xfe", "Run nonsense", "Token x"]
)
def test_unknown_worker_token_is_refused(authorization: str) -> None:
    refused = Caller(authorization).post("/api/worker/announce/", announcement())
    assert refused.status_code == 401
    assert not Worker.objects.exists()


def test_token_of_one_class_announces_no_other(bob: User) -> None:
    made = create_worker_token(owner=bob, hardware_class="gpu")
    refused = Caller(f"Worker {made.secret}").post("/api/worker/announce/", announcement())
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_class")


def test_worker_of_another_token_cannot_be_named_in_a_claim(shard: Shard, worker: Worker, alice: User) -> None:
    other = Caller(f"Worker {create_worker_token(owner=alice).secret}")
    refused = other.post(f"/api/worker/shards/{shard.pk}/claim/", ClaimRequest(worker=worker.pk))
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_worker")


def test_claim_of_a_shard_that_is_not_there_is_not_found(bob: User) -> None:
    caller = Caller(f"Worker {create_worker_token(owner=bob).secret}")
    welcome = caller.post("/api/worker/announce/", announcement()).json()
    for pk in (1, 2**40, 2**80):
        refused = caller.post(f"/api/worker/shards/{pk}/claim/", ClaimRequest(worker=welcome["worker"]))
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_shard")


def test_run_token_opens_its_own_shard_only(shard: Shard, worker: Worker, alice: User) -> None:
    other = make_run(alice).shards.get()
    caller = Caller(f"Run {claim(shard, worker).secret}")
    refused = caller.post(f"/api/shards/{other.pk}/heartbeat/", Heartbeat(epoch=1))
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


def test_run_token_dies_with_its_lease(shard: Shard, worker: Worker) -> None:
    caller = Caller(f"Run {claim(shard, worker).secret}")
    Shard.objects.update(state="queued")
    refused = caller.post(f"/api/shards/{shard.pk}/heartbeat/", Heartbeat(epoch=1))
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_epoch")


def test_revoked_token_lets_nobody_in_and_what_its_workers_hold_goes_on_elsewhere(bob: User, shard: Shard) -> None:
    made = create_worker_token(owner=bob)
    worker = announce_worker(token=made.token, announcement=announcement())
    granted = claim(shard, worker)
    holder = Caller(f"Run {granted.secret}")

    assert revoke_worker_token(made.token) == 1
    shard.refresh_from_db()
    assert (shard.state, shard.worker) == (State.QUEUED, None)
    assert Caller(f"Worker {made.secret}").post("/api/worker/announce/", announcement()).status_code == 401
    assert holder.post(f"/api/shards/{shard.pk}/heartbeat/", Heartbeat(epoch=1)).json()["code"] == "stale_epoch"
    assert holder.put(f"/api/shards/{shard.pk}/blobs/{'0' * 64}/", b"x").json()["code"] == "stale_epoch"
    assert not Worker.objects.accepting(timezone.now()).exists()


def test_run_token_that_died_with_its_lease_reads_no_file(bob: User, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    holder = Caller(f"Run {granted.secret}")
    name = artifact_event("c0", b"weights").artifact.sha256
    store_batch(lease=granted.lease, batch=batch(granted, 0, artifact_event("c0", b"weights")))
    assert b"".join(holder.get(f"/api/shards/{shard.pk}/blobs/{name}/")) == b"weights"
    go_silent(shard)
    reap_expired()
    refused = holder.get(f"/api/shards/{shard.pk}/blobs/{name}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_epoch")
