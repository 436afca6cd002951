"""A real browser on a real server, for what only a browser shows."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from problems.services.load_catalogue import load_catalogue

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path:
        return path
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("no Chromium found")
    pytest.skip("no Chromium found")


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    """Started anew for each test: the loop it runs must be gone before the database is cleaned up."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer) -> str:
    load_catalogue()
    return str(live_server.url)


@pytest.fixture
def page(site: str, browser: Browser) -> Iterator[Page]:
    """A tab on the site. Whatever the console complains about, the policy included, fails the test."""
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
