"""Every page of the site, empty and crowded, light and dark, as whoever is shown most of it: axe finds no barrier, the
console has nothing to complain about, and it fits the screen."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page, TimeoutError
from pytest_django.live_server_helper import LiveServer

from problems.models import User
from tests.experiments.making import make_person
from tests.pages.addresses import ANYWAY, TABLE, WITH_QUERY
from tests.pages.crowd import crowd
from tests.pages.everything import everything

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

READERS = {"curator": "carol", "owner": "alice", "stranger": ""}
LOOKS = {"light on a phone": ("light", 380), "dark on a desk": ("dark", 1280)}
WIDTHS = [900, 1600]  # it has to fit as well, once it has been looked at
PARTS = 3
FORMS = [
    *(
        "/ideas/propose/",
        "/proposals/propose/",
        "/ideas/{idea}/comments/",
        "/people/alice/standing/",
        "/curate/import/",
    ),
    *("/curate/row/", "/curate/categories/new/", "/operations/pauses/", "/you/leave/"),
    *(f"/problems/5.3/{form}/" for form in ("claim", "references", "help", "comments")),
    *(f"/problems/5.3/curate/{form}/" for form in ("edit", "take-in", "split", "merge", "resolve")),
]
SEND_EMPTY = """() => {
  const fields = (form) => form.querySelectorAll("textarea, select, input:not([type=hidden])").length;
  const [form] = [...document.querySelectorAll("main form[method=post]")].sort((a, b) => fields(b) - fields(a));
  for (const field of form.querySelectorAll("textarea, input[type=text], input[type=number]")) field.value = "";
  form.noValidate = true;
  form.submit();
}"""


@pytest.fixture(autouse=True)
def database_beside_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs a loop in this thread, in which Django would refuse to touch the database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def keys(live_server: LiveServer) -> dict[str, Any]:
    """Of everything on a crowded site."""
    alice, carol = make_person("alice"), make_person("carol", is_curator=True)
    made = everything(alice, carol)
    crowd(4, alice=alice, carol=carol)
    User.objects.filter(pk=alice.pk).update(about="# I like\n\n| a | b |\n|---|---|\n| $W_E$ | 2 |")
    return made


def whoever_sees_most(keys: dict[str, Any]) -> list[tuple[str, str]]:
    """Who goes to which page of a crowded site."""
    pages = [(row.may_read, row.path.format(**keys)) for row in TABLE.values()]
    pages += [(TABLE[name].may_read, url) for name, url in WITH_QUERY]
    seen = [(next((who for who in READERS if who in may_read), None), url) for may_read, url in pages]
    return [(READERS[who], url) for who, url in seen if who] + [("alice", url) for url in ANYWAY]


def whoever_sees_least() -> list[tuple[str, str]]:
    """Who goes to which page of an empty site."""
    pages = [(row.may_read, row.path) for row in TABLE.values() if "{" not in row.path]
    seen = [(next((who for who in reversed(READERS) if who in may_read), None), path) for may_read, path in pages]
    return [(READERS[who], path) for who, path in seen if who]


@pytest.fixture
def contexts(live_server: LiveServer, browser: Browser, look: str) -> Iterator[Any]:
    """For each reader a browser of their own, signed in."""
    scheme: Any
    scheme, width = LOOKS[look]
    opened: dict[str, BrowserContext] = {}
    complaints: list[str] = []

    def of(handle: str) -> BrowserContext:
        if handle not in opened:
            size: Any = {"width": width, "height": 900}
            opened[handle] = browser.new_context(base_url=live_server.url, color_scheme=scheme, viewport=size)
            opened[handle].on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            opened[handle].on("weberror", lambda thrown: complaints.append(str(thrown.error)))
            if handle:
                opened[handle].add_cookies([session_of(handle, live_server.url)])
        return opened[handle]

    yield of
    for context in opened.values():
        context.close()
    assert [text for text in complaints if "server responded with a status of 4" not in text] == []


def session_of(handle: str, url: str) -> Any:
    client = Client()
    client.force_login(User.objects.get(username=handle))
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value, "url": url}


def opened(page: Page, url: str) -> bool:
    """Whether there is a page: not a feed, a download, or a part that a page asks for."""
    try:
        response = page.goto(url)
    except Error as error:
        assert "Download is starting" in error.message, url
        return False
    is_html = response is not None and "text/html" in response.headers.get("content-type", "")
    return is_html and bool(page.evaluate("document.doctype !== null"))


def barriers_on(page: Page) -> list[Any]:
    found = [(barrier["id"], barrier["nodes"][0]["html"][:300]) for barrier in Axe().run(page).response["violations"]]
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([("it is too wide", overflow)] if overflow > 0 else [])]


def misfits(page: Page) -> list[Any]:
    """Widths it does not come to fit; a plot takes a moment to follow."""
    found: list[Any] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        try:
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=3000)
        except TimeoutError:
            found.append(("it is too wide", width))
    page.set_viewport_size({"width": LOOKS["dark on a desk"][1], "height": 900})
    return found


def barriers_met(visits: list[tuple[str, str]], contexts: Any, *, resized: bool = False) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for handle, url in visits:
        page = contexts(handle).pages[0] if contexts(handle).pages else contexts(handle).new_page()
        if opened(page, url):
            found[handle, url] = barriers_on(page) + (misfits(page) if resized else [])
    return {visit: barriers for visit, barriers in found.items() if barriers}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_barrier(keys, contexts, part, look):
    visits = whoever_sees_most(keys)[part::PARTS]
    assert barriers_met(visits, contexts, resized=look == "dark on a desk") == {}


@pytest.mark.parametrize("look", ["light on a phone"])
def test_no_empty_page_has_a_barrier(contexts):
    make_person("alice"), make_person("carol", is_curator=True)
    assert barriers_met(whoever_sees_least(), contexts) == {}


@pytest.mark.parametrize("look", ["light on a phone"])
def test_no_refused_form_has_a_barrier(keys, contexts):
    found = {}
    for handle, url in [*(("carol", url) for url in FORMS), ("", "/accounts/signup/"), ("", "/accounts/login/")]:
        page = contexts(handle).new_page()
        page.goto(url.format(**keys))
        page.evaluate(SEND_EMPTY)
        page.locator(".errorlist, .errors").first.wait_for()
        found[url] = barriers_on(page)
        page.close()
    assert {url: barriers for url, barriers in found.items() if barriers} == {}
