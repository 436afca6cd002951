"""The browser of the catalogue's pages, on a site that holds one recipe and its run."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from experiments.models import Run
from experiments.services.recipes import submit_recipe
from experiments.services.runs import submit_run
from problems.models import User
from tests.experiments.making import make_person, make_problem, recipe_toml
from tests.experiments.views.conftest import EXPECTED, Training
from tests.pages.conftest import browser, chromium, page  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def database_beside_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs a loop in this thread, in which Django would refuse to touch the database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def site(live_server: LiveServer) -> str:
    return live_server.url


@pytest.fixture
def alice(site: str) -> User:
    return make_person("alice")


@pytest.fixture
def run(alice: User) -> Run:
    make_problem()
    toml = 'notes = "A *note* with $x^2$"\n' + recipe_toml() + EXPECTED
    return submit_run(recipe=submit_recipe(author=alice, toml=toml), submitter=alice)


@pytest.fixture
def training(run: Run) -> Training:
    return Training(run.shards.get(), make_person("bob"))


@pytest.fixture
def editor(page: Page, run: Run) -> Page:  # noqa: F811
    page.goto(f"/recipes/new/?fork={run.recipe_id}")
    expect(page.locator("#verdict")).to_contain_text("Ready to run")
    return page
