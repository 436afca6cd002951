import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.end_to_end.house import House, Member
from tests.end_to_end.visitor import Visitor
from tests.postgresql import postgresql_server

CHROMIUM_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house; the tests of one database share it."""
    with ExitStack() as until_the_end:
        database_url = until_the_end.enter_context(postgresql_server()) if request.param == "postgresql" else ""
        house = House(tmp_path_factory.mktemp("house") / "data", database_url)
        house.start()
        until_the_end.callback(house.stop)
        yield house


@pytest.fixture
def member(house: House) -> Iterator[Member]:
    member = Member(house)
    yield member
    member.close()


@pytest.fixture
def small_recipe() -> str:
    return Path(__file__).with_name("small.toml").read_text()


@pytest.fixture
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, and no Chromium was found")
    if found is None:
        pytest.skip("no Chromium was found; install it to run the browser tests")
    return found


@pytest.fixture
def visitor(chromium: str, house: House, member: Member) -> Iterator[Visitor]:
    member.cancel_everything()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        page = browser.new_page()
        yield Visitor(page, house.url)
        browser.close()
