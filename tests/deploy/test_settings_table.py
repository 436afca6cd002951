"""The table of settings in deploy/README.md names what is really asked of the environment, no more and no less."""

import re
import subprocess
import sys

from tests.architecture.source import ROOT
from tests.end_to_end.house import plain_environment

ASK_FOR_EVERYTHING = """
import os
import types

import deploy.env


class Asked(dict):
    names = set()

    def get(self, name, default=None):
        self.names.add(name.removeprefix(deploy.env.PREFIX))
        return super().get(name, default)


needed = {"DEBUG": "yes", "STORAGE_BUCKET": "b", "URL": "http://127.0.0.1", "WORKER_TOKEN": "t", "BROKER_URL": "redis://h"}
needed |= {name: "x" for name in ("GITHUB_CLIENT_ID", "GITHUB_SECRET", "ORCID_CLIENT_ID", "ORCID_SECRET")}
environment = {deploy.env.PREFIX + name: value for name, value in needed.items()}
deploy.env.os = types.SimpleNamespace(environ=Asked(environment))

import deploy.settings
from deploy.demo_programs import demo_from_environment
from workers.settings import settings

settings()
demo_from_environment()
print(*sorted(Asked.names))
"""


def asked_for() -> tuple[set[str], set[str]]:
    """Names of settings, and of those that may be given as a file."""
    command = [sys.executable, "-c", ASK_FOR_EVERYTHING]
    done = subprocess.run(command, cwd=ROOT, env=plain_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = set(done.stdout.split())
    secrets = {name.removesuffix("_FILE") for name in names if name.endswith("_FILE") and not name.endswith("_CA_FILE")}
    return {name for name in names if name not in {f"{secret}_FILE" for secret in secrets}} | secrets, secrets


def rows() -> dict[str, str]:
    table = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8").partition("## Settings")[2]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return {name: line for line in lines for name in re.findall(r"`([A-Z_]+)`", line.split("|")[1])}


def test_every_setting_is_in_the_table_and_no_other() -> None:
    assert asked_for()[0] == set(rows()), "the table of deploy/README.md and the settings differ"


def test_what_may_be_a_file_is_marked_as_a_secret() -> None:
    assert asked_for()[1] == {name for name, line in rows().items() if "secret" in line.split("|")[-2]}
