"""The environment is made from exact versions, and a missing interpreter is said plainly."""

import re
import subprocess
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

EXTRAS = ("web", "worker", "dev")


def pins() -> dict[str, str]:
    lines = (ROOT / "deploy/constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_dependency_is_pinned_to_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [line for extra in EXTRAS for line in project["optional-dependencies"][extra]]
    pinned = pins()

    wrong = [line for line in wanted if not allows(Requirement(line), pinned)]
    assert wrong == []


def allows(requirement: Requirement, pinned: dict[str, str]) -> bool:
    version = pinned.get(canonicalize_name(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def test_pins_are_plain_versions_without_paths_hosts_or_builds() -> None:
    assert [
        f"{name}=={version}" for name, version in pins().items() if not re.fullmatch(r"[0-9][0-9a-z.]*", version)
    ] == []
    assert list(pins()) == sorted(pins())


def test_a_missing_python_is_said_in_one_sentence(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": "/nowhere/python3"}
    command = ["sh", str(ROOT / "deploy/install.sh"), str(tmp_path / "venv")]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)

    assert ended.returncode == 1
    assert ended.stderr.startswith("Circuitboard needs Python 3.11 or newer, and none was found")
    assert len(ended.stderr.splitlines()) == 1
