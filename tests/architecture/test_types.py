"""Types, and that no migration is missing. Tests among the others, so that they take their time beside them."""

import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "deploy.settings",
    "CIRCUITBOARD_DEBUG": "yes",
    "CIRCUITBOARD_DATABASE_URL": "sqlite://:memory:",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["-m mypy .", "manage.py makemigrations --check --dry-run"])
def test_nothing_is_found(command: str) -> None:
    asked = [sys.executable, *command.split()]
    done = subprocess.run(asked, cwd=ROOT, env=os.environ | ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
