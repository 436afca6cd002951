"""Bytes in and out of the artifact storage, under the name of their sha256.

An upload is hashed on its way into a temporary file and published whole, or not at all. The row in the database is
written last: what has a row is there.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import UnreadablePostError
from django.utils import timezone

from experiments.models import Blob
from experiments.protocol import MAX_BLOB_BYTES
from experiments.services.refusals import NotFound, StorageFailed, TooLarge, Unprocessable

CHUNK_BYTES = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Incoming(File):  # type: ignore[type-arg]
    """Lets a storage in a folder take the temporary file by renaming it, which is atomic."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def store_blob(*, sha256: str, stream: Readable, n_bytes: int) -> bool:
    """Store an upload of exactly `n_bytes`. False if the same bytes were here already."""
    if n_bytes > MAX_BLOB_BYTES:
        detail = f"{n_bytes} bytes; allowed: at most {MAX_BLOB_BYTES}"
        raise TooLarge("too_large", detail, fields={"n_bytes": detail})
    with _storage_trouble("written"), _temporary_file() as (file, path):
        _check_hash(_receive(stream, file, n_bytes), sha256)
        blob = Blob(sha256=sha256, n_bytes=n_bytes)
        if _unmarked([sha256]) and is_stored(blob):
            return False
        _put_in_place(blob, path)
        _name([blob])
    return True


def store_small_blobs(contents: Mapping[str, bytes]) -> None:
    """The same for several small files at once, by the sha256 each was announced under."""
    for sha256, content in contents.items():
        _check_hash(hashlib.sha256(content).hexdigest(), sha256)
    with _storage_trouble("written"):
        known = _unmarked(contents)
        blobs = [Blob(sha256=sha256, n_bytes=len(content)) for sha256, content in contents.items()]
        new = [blob for blob in blobs if not (blob.sha256 in known and is_stored(blob))]
        for blob in new:
            with _temporary_file() as (file, path):
                file.write(contents[blob.sha256])
                _settle(file)
                _put_in_place(blob, path)
        _name(new)


def _unmarked(sha256s: Iterable[str]) -> set[str]:
    """Those of the blobs that have a row. Their marks are taken off first: from here on the collector leaves them alone
    for another grace."""
    found = Blob.objects.filter(pk__in=list(sha256s))
    return set(found.values_list("pk", flat=True)) if found.update(unnamed_since=None) else set()


def _check_hash(found: str, expected: str) -> None:
    if found != expected:
        raise Unprocessable("wrong_hash", f"the bytes have sha256 {found}", fields={"sha256": expected})


def _receive(stream: Readable, file: BinaryIO, n_bytes: int) -> str:
    digest = hashlib.sha256()
    missing = n_bytes
    while missing:
        try:
            chunk = stream.read(min(CHUNK_BYTES, missing))
        except UnreadablePostError:  # the connection broke
            chunk = b""
        if not chunk:
            raise Unprocessable("truncated", f"{n_bytes - missing} of {n_bytes} bytes arrived")
        digest.update(chunk)
        file.write(chunk)
        missing -= len(chunk)
    _settle(file)
    return digest.hexdigest()


def _settle(file: BinaryIO) -> None:
    """On the disk, whatever happens to the machine from here on."""
    file.flush()
    os.fsync(file.fileno())


def _put_in_place(blob: Blob, path: Path) -> None:
    """Files appear whole, so one of the right size under the right name needs no second copy."""
    if is_stored(blob):
        return
    default_storage.delete(blob.storage_name)
    with path.open("rb") as file:
        name = default_storage.save(blob.storage_name, _Incoming(file, name=str(path)))
    if name != blob.storage_name:  # somebody stored the same bytes in between
        default_storage.delete(name)


def _name(blobs: Sequence[Blob]) -> None:
    """The rows, once the files are there."""
    Blob.objects.bulk_create(blobs, ignore_conflicts=True)
    if not all(is_stored(blob) for blob in blobs):  # a row had to wait until the collector had dropped a file
        raise OSError("it was dropped on its way in; send it again")


def open_blob(sha256: str) -> File:  # type: ignore[type-arg]
    """The stored bytes, as an open file."""
    blob = Blob.objects.filter(pk=sha256).first()
    if blob is None:
        raise NotFound("unknown_blob", f"there is no blob {sha256}")
    with _storage_trouble("read"):
        return default_storage.open(blob.storage_name, "rb")


def is_stored(blob: Blob) -> bool:
    """Whether the storage itself still has the bytes."""
    with _storage_trouble("read"):
        name = blob.storage_name
        return default_storage.exists(name) and default_storage.size(name) == blob.n_bytes


def forget_unreferenced(sha256s: Sequence[str]) -> None:
    """Mark those of the blobs that no artifact names any more. The collector drops them after a grace, not we at once:
    another shard may just have been told that its upload of the same bytes is here already."""
    if not sha256s:
        return
    unnamed = Blob.objects.filter(pk__in=sha256s, artifacts=None, unnamed_since=None)
    unnamed.update(unnamed_since=timezone.now())


@contextmanager
def _temporary_file() -> Iterator[tuple[BinaryIO, Path]]:
    """In the data folder: the storage is normally on the same disk, where renaming is atomic."""
    folder = settings.DATA_DIR / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _storage_trouble(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed("storage", f"the artifact could not be {what}: {error.strerror or error}") from error
