"""Bytes nobody names go, after a grace; bytes on their way in never do."""

import datetime
import hashlib
import io
import os
import time

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from experiments.models import Artifact, Blob
from experiments.services.blobs import store_blob
from experiments.services.collecting import (
    _drop,
    collect_blobs,
    collect_broken_uploads,
    collect_stray_files,
    grace,
)
from tests.experiments.making import stored_file
from tests.experiments.services.test_at_once import at_once

pytestmark = pytest.mark.django_db

CONTENT = b"weights" * 100
NAME = hashlib.sha256(CONTENT).hexdigest()


def upload() -> bool:
    return store_blob(sha256=NAME, stream=io.BytesIO(CONTENT), n_bytes=len(CONTENT))


def is_there() -> bool:
    return Blob.objects.filter(pk=NAME).exists() and default_storage.exists(Blob(NAME).storage_name)


def after(graces: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + graces * grace(), tick=False)


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    default_storage.delete(Blob(sha256=NAME).storage_name)


def test_unnamed_bytes_go_in_two_steps() -> None:
    upload()
    assert collect_blobs().n == 0 and is_there()  # within the grace of its upload
    with after(1.1):
        assert collect_blobs().n == 0 and is_there()  # marked
    with after(2.2):
        assert collect_blobs(dry_run=True).n == 1 and is_there()
        dropped = collect_blobs()
    assert (dropped.n, dropped.n_bytes) == (1, 700)
    assert not Blob.objects.exists() and not default_storage.exists(Blob(NAME).storage_name)


def test_bytes_a_file_names_stay(shard) -> None:
    named = stored_file("a.safetensors", CONTENT)
    Artifact.objects.create(shard=shard, name="a", kind="checkpoint", blob_id=named.sha256)
    Blob.objects.update(unnamed_since=timezone.now() - 5 * grace())
    with after(9):
        assert collect_blobs().n == 0
    assert Blob.objects.get().unnamed_since is None and is_there()


def test_uploading_them_again_gives_them_a_new_grace() -> None:
    upload()
    Blob.objects.update(unnamed_since=timezone.now() - 5 * grace())
    assert upload() is False  # they are here already: the worker may count on it
    assert collect_blobs().n == 0 and is_there()


def test_mark_taken_off_after_the_collector_looked_saves_them() -> None:
    upload()
    Blob.objects.update(unnamed_since=timezone.now() - 5 * grace())
    upload()
    assert _drop(NAME, marked_before=timezone.now() - grace()).n == 0 and is_there()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("n", range(3))
def test_upload_and_collector_at_the_same_moment_leave_row_and_file_or_say_no(n) -> None:
    upload()
    Blob.objects.update(unnamed_since=timezone.now() - 5 * grace())
    uploaded, _ = at_once(upload, collect_blobs)
    assert is_there() or isinstance(uploaded, Exception)
    assert Blob.objects.exists() == default_storage.exists(Blob(NAME).storage_name)


def test_stray_file_goes_and_a_fresh_or_named_one_stays() -> None:
    stray = default_storage.save(Blob(NAME).storage_name, ContentFile(CONTENT))
    assert collect_stray_files().n == 0  # it may be an upload whose row comes next
    old = time.time() - 2 * grace().total_seconds()
    os.utime(default_storage.path(stray), (old, old))
    assert collect_stray_files(dry_run=True).n == 1 and default_storage.exists(stray)
    Blob.objects.create(pk=NAME, n_bytes=len(CONTENT))
    assert collect_stray_files().n == 0
    Blob.objects.all().delete()
    assert collect_stray_files().n == 1 and not default_storage.exists(stray)


def test_upload_cut_off_by_a_crash_leaves_nothing_for_ever(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "incoming").mkdir()
    for name, age in (("old", datetime.timedelta(days=1)), ("new", datetime.timedelta(0))):
        path = tmp_path / "incoming" / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age.total_seconds(),) * 2)
    assert collect_broken_uploads().n_bytes == 4
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["new"]
