"""What a worker may not say: refused with its code over HTTP, and nothing of it stored."""

import hashlib
from typing import Any

import pytest

from experiments.models import Artifact, Blob, Lease, MeasurementChunk, RunEvent, Shard, State, Worker
from experiments.protocol import MAX_BLOB_BYTES
from experiments.services.leases import Granted
from tests.experiments.api.conftest import Caller
from tests.experiments.making import artifact_event, batch, claim, measured, succeeded

pytestmark = pytest.mark.django_db
LOG = {"kind": "log", "at": "2026-01-01T00:00:00", "text": "a line"}


@pytest.fixture
def granted(shard: Shard, worker: Worker) -> Granted:
    return claim(shard, worker)


@pytest.fixture
def holder(granted: Granted) -> Caller:
    return Caller(f"Run {granted.secret}")


def address(shard: Shard, call: str) -> str:
    return f"/api/shards/{shard.pk}/{call}/"


def stored() -> dict[str, Any]:
    """Everything a worker could have changed."""
    return {
        "chunks": list(MeasurementChunk.objects.values_list("epoch", "seq", "n_rows")),
        "lines": RunEvent.objects.filter(kind=RunEvent.Kind.LOG).count(),
        "files": list(Artifact.objects.values_list("name", "blob")),
        "bytes": list(Blob.objects.values_list("pk", flat=True)),
        "shards": list(Shard.objects.values_list("state", "epoch", "step", "phase", "expectations")),
        "next": list(Lease.objects.values_list("next_seq", "ended_as")),
    }


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def whole_batch(granted: Granted, seq: int) -> dict[str, Any]:
    said: dict[str, Any] = batch(granted, seq, measured((0, seq, 1.0)), artifact_event(f"c{seq}", b"w")).model_dump()
    return said | {"events": [*said["events"], LOG]}


def test_a_batch_of_a_stale_epoch(shard: Shard, granted: Granted, holder: Caller) -> None:
    said = whole_batch(granted, 0)
    Shard.objects.update(epoch=2)
    before = stored()

    assert refusal(holder.post(address(shard, "events"), said)) == (409, "stale_epoch")
    assert refusal(holder.post(address(shard, "finish"), succeeded(granted))) == (409, "stale_epoch")
    assert refusal(holder.put(address(shard, f"blobs/{'0' * 64}"), b"x")) == (409, "stale_epoch")
    assert stored() == before


def test_a_replayed_batch_is_answered_and_changes_nothing(shard: Shard, granted: Granted, holder: Caller) -> None:
    said = whole_batch(granted, 0)
    assert holder.post(address(shard, "events"), said).json() == {"seq": 0, "stored": True, "cancel": False}
    before = stored()

    assert holder.post(address(shard, "events"), said).json() == {"seq": 0, "stored": False, "cancel": False}
    assert stored() == before
    assert before["lines"] == 1 and len(before["chunks"]) == 1


def test_a_batch_out_of_order(shard: Shard, granted: Granted, holder: Caller) -> None:
    holder.post(address(shard, "events"), whole_batch(granted, 0))
    said = whole_batch(granted, 2)
    before = stored()

    refused = holder.post(address(shard, "events"), said)
    assert refusal(refused) == (422, "out_of_order")
    assert refused.json()["fields"] == {"seq": "expected 1"}
    assert stored() == before


def test_a_batch_after_the_finish(shard: Shard, granted: Granted, holder: Caller) -> None:
    said = whole_batch(granted, 0)
    assert holder.post(address(shard, "finish"), succeeded(granted)).json() == {"state": "succeeded"}
    before = stored()

    assert refusal(holder.post(address(shard, "events"), said)) == (409, "finished")
    assert stored() == before


def test_a_file_with_a_wrong_hash(shard: Shard, holder: Caller) -> None:
    before = stored()
    name = hashlib.sha256(b"what was announced").hexdigest()

    assert refusal(holder.put(address(shard, f"blobs/{name}"), b"what arrived")) == (422, "wrong_hash")
    assert stored() == before


@pytest.mark.parametrize("n_bytes", [4, 6])
def test_a_file_of_another_size_than_declared(n_bytes: int, shard: Shard, granted: Granted, holder: Caller) -> None:
    event = artifact_event("c0", b"bytes").model_dump()
    event["artifact"]["n_bytes"] = n_bytes
    before = stored()

    refused = holder.post(address(shard, "events"), {"epoch": 1, "seq": 0, "events": [LOG, event]})
    assert refusal(refused) == (422, "missing_blobs")
    assert refused.json()["fields"] == {"c0": f"5 bytes, not {n_bytes}"}
    outcome = succeeded(granted).model_dump() | {"manifest": [event["artifact"]]}
    assert refusal(holder.post(address(shard, "finish"), outcome)) == (422, "missing_blobs")
    assert Shard.objects.get().state == State.RUNNING  # it may still send what is missing
    assert stored() == before


def test_a_body_longer_than_its_declared_length_is_cut_there(shard: Shard, holder: Caller) -> None:
    name = hashlib.sha256(b"ten bytes.").hexdigest()
    before = stored()

    assert refusal(holder.put(address(shard, f"blobs/{name}"), b"ten bytes.", CONTENT_LENGTH="4")) == (
        422,
        "wrong_hash",
    )
    assert stored() == before


def test_a_declared_length_beyond_the_bound(shard: Shard, holder: Caller) -> None:
    too_long = str(MAX_BLOB_BYTES + 1)
    before = stored()

    refused = holder.put(address(shard, f"blobs/{'0' * 64}"), b"x", CONTENT_LENGTH=too_long)
    assert refusal(refused) == (413, "too_large")
    assert stored() == before


def test_a_field_that_the_site_does_not_know(shard: Shard, granted: Granted, holder: Caller) -> None:
    said = {"heartbeat": {"epoch": 1}, "events": whole_batch(granted, 0), "finish": succeeded(granted).model_dump()}
    before = stored()
    refused = [holder.post(address(shard, call), body | {"mood": "fine"}) for call, body in said.items()]

    assert [refusal(answer) for answer in refused] == [(422, "invalid")] * 3
    assert stored() == before
