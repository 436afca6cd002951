"""A short shard says all it has to say at once: small files within their events, the last events within the outcome."""

from typing import Any

import pytest

from experiments.models import Artifact, Blob, Lease, MeasurementChunk, Shard, Worker
from experiments.protocol import ArtifactEvent
from experiments.services.blobs import open_blob
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import Granted
from experiments.services.refusals import Refused
from tests.experiments.making import batch, claim, file_event, measured, panel, succeeded

pytestmark = pytest.mark.django_db
FILE = file_event("a", b"weights", seed=0, step=1)


@pytest.fixture
def granted(shard: Shard, worker: Worker) -> Granted:
    return claim(shard, worker)


def finish(granted: Granted, *events: Any, seq: int = 0, **said: Any) -> str:
    files = [event.artifact for event in events if isinstance(event, ArtifactEvent)]
    outcome = succeeded(granted, *files, last_batch=batch(granted, seq, *events), **said)
    return finish_shard(lease=granted.lease, outcome=outcome)


def refusal(granted: Granted, *events: Any, seq: int = 0) -> str:
    with pytest.raises(Refused) as refused:
        store_batch(lease=granted.lease, batch=batch(granted, seq, *events))
    return refused.value.code


def nothing_is_stored() -> bool:
    return not (Blob.objects.exists() or Artifact.objects.exists() or MeasurementChunk.objects.exists())


def test_one_call_stores_measurements_and_files_and_ends_the_attempt(granted: Granted) -> None:
    assert (
        finish(granted, measured((0, 1, 2.0)), FILE, file_event("panels/p.json", panel(0), kind="panel")) == "succeeded"
    )
    assert sorted(Artifact.objects.values_list("name", flat=True)) == ["a", "panels/p.json"]
    assert MeasurementChunk.objects.get().n_rows == 1
    with open_blob(FILE.artifact.sha256) as file:
        assert file.read() == b"weights"


def test_same_call_again_changes_nothing(granted: Granted) -> None:
    finish(granted, measured((0, 1, 2.0)), FILE)
    granted.lease.refresh_from_db()
    assert finish(granted, measured((0, 1, 2.0)), FILE) == "succeeded"
    assert MeasurementChunk.objects.count() == Artifact.objects.count() == 1


def test_two_files_of_the_same_bytes_are_stored_once(granted: Granted) -> None:
    store_batch(lease=granted.lease, batch=batch(granted, 0, FILE, file_event("b", b"weights")))
    assert Blob.objects.count() == 1 and Artifact.objects.count() == 2


def test_a_batch_that_does_not_count_leaves_no_bytes(granted: Granted) -> None:
    assert refusal(granted, FILE, seq=1) == "out_of_order"
    Shard.objects.update(epoch=2)
    granted.lease.shard.refresh_from_db()  # as each call of a worker reads it
    assert refusal(granted, FILE) == "stale_epoch"
    assert nothing_is_stored() and Lease.objects.get().next_seq == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [("d2VpZ2h0eg==", "wrong_hash"), ("d2VpZ2h0", "invalid"), ("no base64!", "invalid")],
)
def test_bytes_that_are_not_what_was_announced_are_refused(granted: Granted, content: str, code: str) -> None:
    wrong = FILE.model_copy(update={"content": content})
    assert refusal(granted, measured((0, 1, 2.0)), wrong) == code
    assert nothing_is_stored()


def test_a_measurement_that_is_refused_takes_the_files_with_it(granted: Granted) -> None:
    assert refusal(granted, measured((7, 1, 2.0)), FILE) == "invalid"
    assert nothing_is_stored()


def test_last_batch_out_of_order_ends_nothing(granted: Granted) -> None:
    with pytest.raises(Refused):
        finish(granted, FILE, seq=3)
    assert Shard.objects.get().state == "running" and nothing_is_stored()


def test_what_was_measured_is_kept_though_a_file_of_the_manifest_is_missing(granted: Granted) -> None:
    missing = file_event("never-sent", b"other weights").artifact
    outcome = succeeded(granted, missing, last_batch=batch(granted, 0, measured((0, 1, 2.0)), FILE))
    with pytest.raises(Refused, match="never uploaded"):
        finish_shard(lease=granted.lease, outcome=outcome)
    assert Shard.objects.get().state == "running"
    assert MeasurementChunk.objects.get().n_rows == 1 and Artifact.objects.get().name == "a"
