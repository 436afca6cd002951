"""Who may import whom: the house stands because these hold."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, is_within, modules


def is_of_the_site(path: Path) -> bool:
    return path.name != "client.py" and (path.suffix == ".py" or (path / "__init__.py").exists())


TORCH = ("torch", "transformer_lens", "einops", "jaxtyping")
DJANGO = ("django", "rest_framework", "knox", "allauth", "simple_history", "drf_spectacular")
OF_THE_SITE = ("experiments.models", "experiments.services", "experiments.views", "experiments.api", "problems")
HTTP_CLIENTS = ("httpx", "requests", "urllib.request", "urllib3", "http.client", "aiohttp")
CELERY = ("celery", "kombu", "billiard")
# All of it but the notebook client, which builds the engine's model from a checkpoint and is no part of the site
OF_EXPERIMENTS = tuple(f"experiments/{path.name}" for path in (ROOT / "experiments").iterdir() if is_of_the_site(path))

RULES = {
    "workers never import Django or the site": (("workers",), (*DJANGO, *OF_THE_SITE)),
    "the engine imports neither Celery nor an HTTP client": (("workers/science",), (*CELERY, *HTTP_CLIENTS)),
    "the engine does not know who runs it": (("workers/science",), ("workers.supervisor", "workers.session", "deploy")),
    "the recipe vocabulary needs neither Django nor torch": (("experiments/recipe",), (*DJANGO, *TORCH)),
    "the protocol needs neither Django nor torch": (("experiments/protocol.py",), (*DJANGO, *TORCH)),
    "figures need neither Django nor torch": (("experiments/figures.py",), (*DJANGO, *TORCH)),
    "the catalogue does not know the experiments": (("problems",), ("experiments", "workers")),
    "the site never imports a worker": (("problems", *OF_EXPERIMENTS), ("workers",)),
}


@pytest.mark.parametrize("rule", RULES)
def test_import_rule_holds(rule: str) -> None:
    packages, forbidden = RULES[rule]
    broken = [
        f"{module.place} imports {name}"
        for module in modules(*packages)
        for name in module.imports()
        if any(is_within(name, package) for package in forbidden)
    ]
    assert broken == []


def test_torch_is_imported_only_by_the_engine() -> None:
    broken = [
        f"{module.place} imports {name}"
        for module in modules()
        if not is_within(module.name, "workers.science")
        for name in module.imports()
        if any(is_within(name, package) for package in TORCH)
    ]
    assert broken == []


def test_only_one_file_reads_the_environment() -> None:
    readers = {
        module.place
        for module in modules("problems", "experiments", "deploy")
        for name in ("os.environ", "os.getenv")
        if name in module.path.read_text(encoding="utf-8")
    }
    passing_it_on = {"deploy/demo_programs.py", "deploy/wsgi.py", "deploy/site_jobs.py"}
    assert readers - passing_it_on == {"deploy/env.py"}


def loaded_after(statement: str) -> set[str]:
    """The modules a fresh process holds after the statement."""
    program = f"{statement}\nimport sys\nprint(*sorted(sys.modules))"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "deploy.settings", "CIRCUITBOARD_DEBUG": "yes"}
    command = [sys.executable, "-c", program]
    asked = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(asked.stdout.split())


def test_the_web_process_loads_neither_torch_nor_transformer_lens() -> None:
    loaded = loaded_after("from deploy.wsgi import application; import deploy.urls")

    assert "django.db" in loaded
    assert loaded & {"torch", "transformer_lens", "workers"} == set()


def test_the_worker_process_loads_neither_django_nor_torch() -> None:
    loaded = loaded_after("import workers.__main__, workers.jobs")

    assert "celery" in loaded
    # kombu looks for Django's lazy strings and loads that much of it where it is installed
    assert loaded & {"django.conf", "django.apps", "django.db", "torch", "transformer_lens", "problems"} == set()


def test_the_engine_loads_neither_django_nor_celery() -> None:
    loaded = loaded_after("import workers.science.shard")

    assert "torch" in loaded
    assert loaded & {"django", "celery", "httpx"} == set()
