"""From SQLite to PostgreSQL and back: the archive and every page stay what they were."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.postgresql import postgresql_server

pytestmark = pytest.mark.slow


def set_up(folder: Path, database_url: str, *archive: Path) -> tuple[str, dict[str, str]]:
    """A catalogue in a process of its own, as a process knows one database: its archive, and what its pages show."""
    folder.mkdir()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "deploy.settings",
        "CIRCUITBOARD_DEBUG": "yes",
        "CIRCUITBOARD_DATA_DIR": str(folder),
        "CIRCUITBOARD_DATABASE_URL": database_url,
        "CIRCUITBOARD_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }
    command = [sys.executable, "-m", "tests.problems.archive.elsewhere", *map(str, (folder, *archive))]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return (folder / "archive.json").read_text(), json.loads((folder / "pages.json").read_text())


def test_pages_and_archive_are_the_same_on_the_other_database_and_back_again(tmp_path):
    archive, pages = set_up(tmp_path / "here", f"sqlite:///{tmp_path}/here.sqlite3")
    with postgresql_server() as url:
        there, pages_there = set_up(tmp_path / "there", url, tmp_path / "here" / "archive.json")
    back, pages_back = set_up(
        tmp_path / "back", f"sqlite:///{tmp_path}/back.sqlite3", tmp_path / "there" / "archive.json"
    )
    assert len(pages) > 150 and list(pages) == list(pages_there) == list(pages_back)
    assert [url for url in pages if pages_there[url] != pages[url]] == []
    assert [url for url in pages if pages_back[url] != pages[url]] == []
    assert archive == there == back
    assert "curator" in pages_back["/people/carol/"] and "trusted member" in pages_back["/people/earl/"]
