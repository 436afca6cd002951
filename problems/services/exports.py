"""The data of each day as files: made once, kept for some days, whole or not there."""

import datetime
import hashlib
import tempfile
from collections.abc import Iterable

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from problems.archive.steady import steady_view
from problems.archive.writing import archive_pieces
from problems.models import Export, ListEntry
from problems.selectors.export import list_as_csv


def export_of_the_day(now: datetime.datetime) -> list[Export]:
    """Makes what is missing of today's files and drops those that are too old. Returns what it made."""
    made = [made_export(kind, now) for kind in Export.Kind if not is_made(kind, now)]
    drop_old_exports(now)
    return [export for export in made if export]


def is_made(kind: Export.Kind, now: datetime.datetime) -> bool:
    return Export.objects.filter(kind=kind, made_on=now.date()).exists()


def made_export(kind: Export.Kind, now: datetime.datetime) -> Export | None:
    """None if somebody else made it meanwhile."""
    export = Export(kind=kind, made_on=now.date(), made_at=now)
    with tempfile.NamedTemporaryFile(mode="w+b") as file:
        with steady_view():
            pieces = archive_pieces(made_at=now) if kind == Export.Kind.JSON else list_as_csv()
            export.sha256, export.n_bytes = write_pieces(pieces, file)
            export.n_problems = ListEntry.objects.count()
        file.seek(0)
        default_storage.delete(export.storage_name)  # the rest of one that was broken off: it has no row
        default_storage.save(export.storage_name, File(file))
    try:
        with transaction.atomic():
            export.save()
    except IntegrityError:
        default_storage.delete(export.storage_name)
        return None
    return export


def write_pieces(pieces: Iterable[str], file: "tempfile._TemporaryFileWrapper[bytes]") -> tuple[str, int]:
    digest, n_bytes = hashlib.sha256(), 0
    for piece in pieces:
        data = piece.encode()
        digest.update(data)
        n_bytes += file.write(data)
    file.flush()
    return digest.hexdigest(), n_bytes


def drop_old_exports(now: datetime.datetime) -> int:
    oldest = now.date() - datetime.timedelta(days=settings.EXPORTS_KEPT_DAYS)
    old = list(Export.objects.filter(made_on__lte=oldest))
    for export in old:
        default_storage.delete(export.storage_name)
        export.delete()
    return len(old)
