"""The compose file: valid by the published schema, and at one with the rest of the project."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT

FILE = ROOT / "deploy" / "compose.yaml"
SITE = ("setup", "web", "jobs")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


def test_it_is_valid_by_the_published_schema() -> None:
    asked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_it_names_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    built = [service["build"]["dockerfile"] for service in services if "build" in service]
    run = [part for service in services for part in service.get("command", []) if part.startswith("deploy/")]
    mounted = ["deploy/broker/start.sh"]
    assert built and all((ROOT / name).is_file() for name in {*built, *run, *mounted})


def test_jobs_run_once_and_everything_of_the_site_waits_for_the_database_to_be_ready(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name in services if "jobs.sh" in str(services[name].get("command"))] == ["jobs"]
    assert "replicas" not in str(services["jobs"])
    for name in ("web", "jobs"):
        assert services[name]["depends_on"]["setup"]["condition"] == "service_completed_successfully"


def test_a_worker_is_given_its_token_and_its_own_way_to_the_broker_only(compose: dict[str, Any]) -> None:
    assert compose["services"]["worker"]["secrets"] == ["worker_token", "worker_broker_url"]


def test_nothing_runs_with_more_rights_than_it_needs(compose: dict[str, Any]) -> None:
    for name in (*SITE, "worker"):
        service = compose["services"][name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"]


def test_every_secret_is_made_once_and_stays(compose: dict[str, Any], tmp_path: Path) -> None:
    script = ["sh", str(ROOT / "deploy" / "secrets.sh"), str(tmp_path / "secrets")]
    subprocess.run(script, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir() if path.is_file()}
    subprocess.run(script, check=True)

    assert set(made) == set(compose["secrets"])
    assert made == {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir() if path.is_file()}
    assert not stat.S_IMODE((tmp_path / "secrets").stat().st_mode) & stat.S_IROTH
    assert re.fullmatch(r"[0-9a-f]{48}\n", made["secret_key"])


def test_no_secret_is_written_into_the_file() -> None:
    assert not re.search(r"(password|secret|key|token)\w*: *[\"']?[0-9A-Za-z]{16,}", FILE.read_text(), re.IGNORECASE)
