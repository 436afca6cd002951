"""The container files, followed by hand: there need be no container engine where the tests run."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.deploy.closure import closure, linked_into
from tests.deploy.images import CONTAINERS, copied_into, instructions, last_stage

FILES = ("Containerfile.site", "Containerfile.worker")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By image: a folder with the packages that it installs, and no others."""
    folder = tmp_path_factory.mktemp("installed")
    extras = {"Containerfile.site": "web", "Containerfile.worker": "worker"}
    for extra in extras.values():
        linked_into(folder / extra, extra)
    return {name: folder / extra for name, extra in extras.items()}


def run_in(folder: Path, packages: Path, program: str) -> str:
    """A fresh interpreter that knows these packages, of ours what is in the folder, and nothing else."""
    paths = f"import sys\nsys.path += [{str(folder)!r}, {str(packages)!r}]\n"
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CIRCUITBOARD", "DJANGO"))}
    asked = subprocess.run(
        [sys.executable, "-I", "-S", "-c", paths + program], env=plain, cwd=folder, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout


def test_the_worker_image_needs_no_package_but_its_own_and_none_of_them_is_django(
    tmp_path: Path, installed: dict[str, Path]
) -> None:
    copied_into(tmp_path, "Containerfile.worker")
    inside = "workers.science.provenance, workers.science.nursery, workers.science.shard, workers.science.__main__"
    program = f"import workers.__main__, workers.jobs, {inside}\nprint(workers.__main__.__file__)"
    said = run_in(tmp_path, installed["Containerfile.worker"], program)

    assert Path(said.strip()).is_relative_to(tmp_path)
    assert not {"django", "djangorestframework", "psycopg", "boto3"} & closure("worker")
    assert not (tmp_path / "experiments" / "models").exists() and not (tmp_path / "problems").exists()


def test_the_engine_of_the_worker_image_is_the_one_the_site_knows(tmp_path: Path, installed: dict[str, Path]) -> None:
    from experiments.recipe.engine import engine_digest, vocabulary_digest

    copied_into(tmp_path, "Containerfile.worker")
    asked = "from experiments.recipe.engine import *\nprint(engine_digest(), vocabulary_digest())"

    assert run_in(tmp_path, installed["Containerfile.worker"], asked).split() == [engine_digest(), vocabulary_digest()]


def test_the_site_image_has_everything_the_site_needs_and_no_torch(tmp_path: Path, installed: dict[str, Path]) -> None:
    copied_into(tmp_path, "Containerfile.site")
    program = "import os\nos.environ.update(DJANGO_SETTINGS_MODULE='deploy.settings', CIRCUITBOARD_DEBUG='yes')\n"
    program += "import deploy.wsgi, deploy.site_jobs\nfrom django.core.management import call_command\n"
    program += "from django.template.loader import get_template\nprint(get_template('base.html').origin.name)\n"
    said = run_in(tmp_path, installed["Containerfile.site"], program + "call_command('check')")

    assert str(tmp_path) in said and "torch" not in closure("web")
    assert list((tmp_path / "experiments" / "presets").glob("*.toml")) and not (tmp_path / "workers").exists()


@pytest.mark.parametrize("name", FILES)
def test_an_image_runs_as_nobody_in_particular_and_says_whether_it_is_healthy(name: str) -> None:
    words = [word for word, _ in last_stage(name)]
    assert dict(last_stage(name))["USER"] == "10001:10001"
    assert words.index("USER") > max(place for place, word in enumerate(words) if word in ("RUN", "COPY"))
    assert {"HEALTHCHECK", "CMD", "STOPSIGNAL"} <= set(words)


@pytest.mark.parametrize("name", FILES)
def test_an_image_installs_pinned_versions_and_holds_no_secret(name: str) -> None:
    extra = name.partition(".")[2].replace("site", "web")
    installs = [argument for word, argument in instructions(name) if word == "RUN" and "pip install" in argument]
    assert any(f"-c deploy/constraints.txt '.[{extra}]'" in argument for argument in installs)
    assert all("-c deploy/constraints.txt" in part for part in " ".join(installs).split("&&") if "pip install" in part)
    given = " ".join(argument for word, argument in instructions(name) if word in ("ENV", "ARG"))
    assert not any(word in given for word in ("SECRET", "TOKEN", "PASSWORD", "KEY"))
    assert extra in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def test_what_is_no_part_of_an_image_is_not_sent_to_the_engine() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    wanted = {
        source.split("/")[0]
        for name in FILES
        for word, a in instructions(name)
        if word == "COPY" and "--from" not in a
        for source in a.split()[:-1]
    }
    assert "*" in ignored and wanted <= {line[1:] for line in ignored if line.startswith("!")}
    assert "deploy/secrets" in ignored


@pytest.mark.parametrize(
    "script", sorted(CONTAINERS.glob("*.sh")) + sorted(ROOT.glob("deploy/*.sh")), ids=lambda p: p.name
)
def test_a_script_is_understood_by_the_shell_of_the_images(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)
