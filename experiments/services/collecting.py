"""Bytes nobody names any more are dropped, in two steps with a grace between, so that none is dropped on its way in.

First a blob without an artifact is marked; an upload of the same bytes takes the mark away. What is still marked and
unnamed after the grace is dropped, row and file under one lock of the row, which an upload has to wait for.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from experiments.models import Artifact, Blob

AT_ONCE = 5000


@dataclass(frozen=True)
class Dropped:
    n: int = 0
    n_bytes: int = 0

    def __add__(self, other: "Dropped") -> "Dropped":
        return Dropped(self.n + other.n, self.n_bytes + other.n_bytes)


def grace() -> datetime.timedelta:
    return datetime.timedelta(seconds=settings.BLOB_GRACE_SECONDS)


def unnamed() -> QuerySet[Blob]:
    return Blob.objects.filter(~Exists(Artifact.objects.filter(blob=OuterRef("pk"))))


def collect_blobs(*, dry_run: bool = False) -> Dropped:
    """One pass: take marks off, put marks on, drop what was marked a grace ago."""
    now = timezone.now()
    due = unnamed().filter(unnamed_since__lt=now - grace())
    if dry_run:
        found = due.aggregate(n_bytes=Sum("n_bytes"))
        return Dropped(due.count(), found["n_bytes"] or 0)
    named = Exists(Artifact.objects.filter(blob=OuterRef("pk")))
    Blob.objects.exclude(unnamed_since=None).filter(named).update(unnamed_since=None)
    unnamed().filter(unnamed_since=None, created_at__lt=now - grace()).update(unnamed_since=now)
    dropped = Dropped()
    for sha256 in due.values_list("pk", flat=True)[:AT_ONCE]:
        dropped += _drop(sha256, marked_before=now - grace())
    return dropped


def _drop(sha256: str, *, marked_before: datetime.datetime) -> Dropped:
    with transaction.atomic():
        locked = unnamed().filter(pk=sha256, unnamed_since__lt=marked_before).select_for_update()
        blob = locked.first()
        if blob is None:
            return Dropped()  # named or uploaded again in between
        name, n_bytes = blob.storage_name, blob.n_bytes
        blob.delete()
        default_storage.delete(name)
    return Dropped(1, n_bytes)


def collect_stray_files(*, dry_run: bool = False) -> Dropped:
    """Files that no row tells of, as a crash between file and row leaves them. Reads every name in the storage."""
    dropped = Dropped()
    for name in _stored_names():
        sha256 = name.rpartition("/")[2]
        if Blob.objects.filter(pk=sha256).exists() or not _is_old(name):
            continue
        found = Dropped(1, default_storage.size(name))
        dropped += found if dry_run or _drop_stray(sha256, name) else Dropped()
    return dropped


def _stored_names() -> Iterator[str]:
    """Blobs lie two folders deep, see `Blob.storage_name`; anything else in the storage is none of ours."""
    for first in _folders(""):
        for second in _folders(first):
            for name in default_storage.listdir(f"{first}/{second}")[1]:
                if len(name) == 64 and name.startswith(first + second):
                    yield f"{first}/{second}/{name}"


def _folders(path: str) -> list[str]:
    try:
        found = default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []
    return sorted(name for name in found if len(name) == 2)


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < timezone.now() - grace()
    except FileNotFoundError:
        return False


def _drop_stray(sha256: str, name: str) -> bool:
    """Under the row's lock, made for the purpose: an upload of the same bytes waits, and then stores them anew."""
    try:
        with transaction.atomic():
            row = Blob.objects.create(sha256=sha256, n_bytes=0)
            default_storage.delete(name)
            row.delete()
    except IntegrityError:  # an upload was faster
        return False
    return True


def collect_broken_uploads(*, dry_run: bool = False) -> Dropped:
    """What uploads that were cut off by a crash of the web process left in the folder they arrive in."""
    folder, dropped = settings.DATA_DIR / "incoming", Dropped()
    last_touched = (timezone.now() - max(grace(), datetime.timedelta(hours=6))).timestamp()
    for path in folder.iterdir() if folder.is_dir() else ():
        found = path.stat()
        if found.st_mtime < last_touched:
            dropped += Dropped(1, found.st_size)
            if not dry_run:
                path.unlink(missing_ok=True)
    return dropped
