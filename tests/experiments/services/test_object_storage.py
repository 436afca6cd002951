"""Blobs in an S3-compatible store: as in a folder, and in plain words when the store is in trouble."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from experiments.models import Blob, Shard, Worker
from experiments.object_storage import PATIENCE
from experiments.services.blobs import is_stored, open_blob, store_blob
from experiments.services.refusals import Refused
from tests.experiments.making import claim
from tests.experiments.object_store import BUCKET, client_of, storages, troubled_store, working_store

pytestmark = pytest.mark.django_db

CONTENT = b"weights" * 10_000
NAME = hashlib.sha256(CONTENT).hexdigest()
KEY = f"{NAME[:2]}/{NAME[2:4]}/{NAME}"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with working_store() as endpoint:
        yield endpoint


@pytest.fixture
def store(endpoint: str, settings: Any) -> Iterator[Any]:
    settings.STORAGES = storages(endpoint)
    client = client_of(endpoint)
    yield client
    client.delete_object(Bucket=BUCKET, Key=KEY)


def upload() -> bool:
    return store_blob(sha256=NAME, stream=io.BytesIO(CONTENT), n_bytes=len(CONTENT))


def refusal() -> Refused:
    with pytest.raises(Refused) as refused:
        upload()
    assert not Blob.objects.exists() and not any((project.DATA_DIR / "incoming").iterdir())
    return refused.value


def test_upload_is_one_object_under_its_hash_and_is_read_back(store: Any) -> None:
    assert upload() and not upload()
    assert [item["Key"] for item in store.list_objects_v2(Bucket=BUCKET)["Contents"]] == [KEY]
    with open_blob(NAME) as file:
        assert file.read() == CONTENT
    assert is_stored(Blob.objects.get())


def test_bytes_that_vanished_from_the_store_are_stored_again(store: Any) -> None:
    upload()
    store.delete_object(Bucket=BUCKET, Key=KEY)
    assert not is_stored(Blob.objects.get())
    assert upload() and is_stored(Blob.objects.get())


def test_object_of_the_wrong_length_is_replaced(store: Any) -> None:
    store.put_object(Bucket=BUCKET, Key=KEY, Body=b"half")
    assert upload()
    assert default_storage.size(KEY) == len(CONTENT)


def test_bucket_that_is_not_there_is_named(endpoint: str, settings: Any) -> None:
    settings.STORAGES = storages(endpoint, bucket="not-there")
    refused = refusal()
    assert (refused.code, refused.http_status) == ("storage", 507)
    assert "the bucket does not exist" in refused.detail


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "AccessDenied", "the keys may not do this"),
        (500, "InternalError", "it has trouble of its own"),
        (503, "SlowDown", "it has trouble of its own"),
    ],
)
def test_store_that_refuses_is_a_storage_failure_with_a_hint(status: int, code: str, told: str, settings: Any) -> None:
    with troubled_store(status, code) as endpoint:
        settings.STORAGES = storages(endpoint)
        refused = refusal()
    assert (refused.code, refused.http_status) == ("storage", 507)
    assert f"the store answered {status}" in refused.detail and told in refused.detail


def test_store_that_does_not_answer_is_a_storage_failure(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATIENCE, "read_timeout", 0.2)
    with troubled_store(200, pause=1.0) as endpoint:
        settings.STORAGES = storages(endpoint)
        assert "the store cannot be reached" in refusal().detail


def test_worker_is_told_of_a_store_that_is_away(shard: Shard, worker: Worker, settings: Any) -> None:
    settings.STORAGES = storages("http://127.0.0.1:9")
    granted = claim(shard, worker)
    reply = APIClient().put(
        f"/api/shards/{shard.pk}/blobs/{NAME}/",
        data=CONTENT,
        content_type="application/octet-stream",
        headers={"authorization": f"Run {granted.secret}"},
    )
    assert (reply.status_code, reply.json()["code"]) == (507, "storage")
    assert "the store cannot be reached" in reply.json()["detail"]
    assert not Blob.objects.exists()
