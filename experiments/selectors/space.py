"""How much room files take: of a run, of each person, of all."""

import os
import shutil
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Count, Sum

from experiments.models import Artifact, Blob, Run
from experiments.services.collecting import unnamed
from problems.models import User


@dataclass(frozen=True)
class KindOfFile:
    kind: str
    n: int
    n_bytes: int


def space_of_run(run: Run) -> list[KindOfFile]:
    rows = Artifact.objects.filter(shard__run=run).order_by("kind").values("kind")
    found = rows.annotate(n=Count("pk"), n_bytes=Sum("blob__n_bytes"))
    return [KindOfFile(Artifact.Kind(row["kind"]).label, row["n"], row["n_bytes"] or 0) for row in found]


@dataclass(frozen=True)
class SiteSpace:
    n_blobs: int
    n_bytes: int
    unnamed_bytes: int  # waiting for the collector
    free_bytes: int | None  # None where the storage does not say
    people: list[tuple[User, int]]  # who takes most; the same bytes under two names count twice here


def space_of_site(n_people: int = 10) -> SiteSpace:
    total = Blob.objects.aggregate(n=Count("pk"), n_bytes=Sum("n_bytes"))
    rows = Artifact.objects.exclude(shard__submitter=None).order_by().values_list("shard__submitter")
    most = list(rows.annotate(n_bytes=Sum("blob__n_bytes")).order_by("-n_bytes")[:n_people])
    people = User.objects.in_bulk([pk for pk, _ in most if pk])
    return SiteSpace(
        n_blobs=total["n"],
        n_bytes=total["n_bytes"] or 0,
        unnamed_bytes=unnamed().exclude(unnamed_since=None).aggregate(n=Sum("n_bytes"))["n"] or 0,
        free_bytes=_free_bytes(),
        people=[(people[pk], n_bytes) for pk, n_bytes in most if pk in people],
    )


def _free_bytes() -> int | None:
    try:
        folder = default_storage.path("")
    except NotImplementedError:  # it is no folder of this machine
        return None
    return shutil.disk_usage(folder).free if os.path.isdir(folder) else None
