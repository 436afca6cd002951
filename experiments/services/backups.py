"""Everything into a folder, and from there into an empty site: the database by its own tool, each file by its hash.

The folder holds `database.dump` or `database.sqlite3`, and `blobs/` laid out as the storage is. It depends on neither
the kind of storage nor its address, so a site may move from a folder to an object store this way.
"""

import contextlib
import hashlib
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from experiments.models import Blob

CHUNK_BYTES = 1024 * 1024


class BackupFailed(Exception):
    """One plain sentence for the operator."""


def back_up(folder: Path) -> int:
    """The database first: what it names cannot be missing among files that are copied later. The number of files."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupFailed(f"{folder} is not empty.")
    if connection.vendor == "postgresql":
        _postgresql("pg_dump", "--format=custom", "--no-owner", f"--file={folder / 'database.dump'}")
    else:
        with contextlib.closing(sqlite3.connect(folder / "database.sqlite3")) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
    blobs = list(Blob.objects.order_by("pk"))
    for blob in blobs:
        with default_storage.open(blob.storage_name, "rb") as source:
            _copy(source, folder / "blobs" / blob.storage_name, blob)
    return len(blobs)


def restore(folder: Path) -> int:
    """Into a database without tables, and a storage that may hold anything: a file that is there whole stays."""
    if connection.introspection.table_names():
        raise BackupFailed("The database is not empty; restore into a new one.")
    if connection.vendor == "postgresql":
        dump = _found(folder / "database.dump")
        _postgresql("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(dump), read=True)
    else:
        with contextlib.closing(sqlite3.connect(_found(folder / "database.sqlite3"))) as kept:
            connection.ensure_connection()
            kept.backup(connection.connection)
    blobs = list(Blob.objects.order_by("pk"))
    for blob in blobs:
        _store(folder / "blobs" / blob.storage_name, blob)
    return len(blobs)


def _copy(source: File, target: Path, blob: Blob) -> None:  # type: ignore[type-arg]
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        for chunk in source.chunks(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != blob.sha256:
        raise BackupFailed(f"The stored file {blob.storage_name} does not have the bytes of its name.")


def _store(path: Path, blob: Blob) -> None:
    with _found(path).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != blob.sha256:
            raise BackupFailed(f"{path} does not have the bytes of its name.")
        if not (default_storage.exists(blob.storage_name) and default_storage.size(blob.storage_name) == blob.n_bytes):
            default_storage.delete(blob.storage_name)
            file.seek(0)
            default_storage.save(blob.storage_name, File(file))


def _found(path: Path) -> Path:
    if not path.is_file():
        raise BackupFailed(f"{path} is not there.")
    return path


def _postgresql(tool: str, *arguments: str, read: bool = False) -> None:
    """The tool of PostgreSQL itself, told by its environment where to go, so that no list of processes shows it."""
    program = shutil.which(tool)
    if program is None:
        raise BackupFailed(f"{tool} is not installed; it comes with PostgreSQL's client programs.")
    settings = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    where = {names[key]: str(value) for key, value in settings.items() if key in names and value}
    into = [f"--dbname={where['PGDATABASE']}"] if read else []
    done = subprocess.run([program, *into, *arguments], env=where, capture_output=True, text=True)
    if done.returncode != 0:
        raise BackupFailed(f"{tool}: {done.stderr.strip()[-1000:]}")
