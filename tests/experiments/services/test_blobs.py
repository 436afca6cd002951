"""Uploads: whole and of the right hash, or nothing."""

import errno
import hashlib
import io
import resource
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from experiments.models import Blob
from experiments.protocol import MAX_BLOB_BYTES
from experiments.services.blobs import forget_unreferenced, is_stored, open_blob, store_blob
from experiments.services.refusals import Refused

pytestmark = pytest.mark.django_db

CONTENT = b"weights" * 10_000
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    default_storage.delete(Blob(sha256=NAME).storage_name)


def upload(content: bytes = CONTENT, *, name: str = NAME, n_bytes: int | None = None) -> bool:
    return store_blob(sha256=name, stream=io.BytesIO(content), n_bytes=len(CONTENT) if n_bytes is None else n_bytes)


def refusal(**how: object) -> Refused:
    with pytest.raises(Refused) as refused:
        upload(**how)  # type: ignore[arg-type]
    return refused.value


def nothing_is_left() -> bool:
    incoming: Path = settings.DATA_DIR / "incoming"
    return not (any(incoming.iterdir()) or Blob.objects.exists() or default_storage.exists(Blob(NAME).storage_name))


def test_upload_is_read_back() -> None:
    assert upload()
    with open_blob(NAME) as file:
        assert file.read() == CONTENT
    assert is_stored(Blob.objects.get()) and not any((settings.DATA_DIR / "incoming").iterdir())


def test_same_bytes_twice_are_kept_once() -> None:
    assert upload()
    assert not upload()
    assert Blob.objects.count() == 1


def test_wrong_hash_is_refused_and_leaves_nothing() -> None:
    refused = refusal(content=b"x" + CONTENT[1:])
    assert (refused.code, refused.http_status) == ("wrong_hash", 422)
    assert nothing_is_left()


def test_truncated_upload_is_refused_and_leaves_nothing() -> None:
    refused = refusal(content=CONTENT[:-1])
    assert (refused.code, refused.http_status, refused.detail) == ("truncated", 422, "69999 of 70000 bytes arrived")
    assert nothing_is_left()


def test_upload_beyond_the_bound_is_refused_before_a_byte_is_read() -> None:
    refused = refusal(content=b"", n_bytes=3 * 2**30)
    assert (refused.code, refused.http_status) == ("too_large", 413)
    assert refused.fields["n_bytes"].endswith(f"allowed: at most {MAX_BLOB_BYTES}")


def test_full_disk_is_a_storage_failure_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    refused = refusal()
    assert (refused.code, refused.http_status) == ("storage", 507)
    assert "No space left on device" in refused.detail
    assert nothing_is_left()


def test_disk_that_fills_up_during_an_upload_is_a_storage_failure_and_leaves_nothing() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) // 2, hard))  # as if this were the room that is left
    try:
        refused = refusal()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert (refused.code, refused.http_status) == ("storage", 507)
    assert nothing_is_left()
    assert upload()


def test_half_a_file_from_a_crash_is_replaced() -> None:
    path = Path(default_storage.path(Blob(NAME).storage_name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT[:10])
    assert upload()
    with open_blob(NAME) as file:
        assert file.read() == CONTENT


def test_bytes_that_vanished_are_stored_again() -> None:
    upload()
    default_storage.delete(Blob(NAME).storage_name)
    assert not is_stored(Blob.objects.get())
    assert upload()
    assert is_stored(Blob.objects.get())


def test_bytes_nobody_names_are_marked_and_an_upload_takes_the_mark_away() -> None:
    upload()
    forget_unreferenced([NAME])
    assert Blob.objects.get().unnamed_since
    assert not upload()
    assert Blob.objects.get().unnamed_since is None
