"""Nothing needs a script to be read or sent: every form has its own button and address, every part a page loads later
is also there, or somewhere else to be opened."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from problems.models import User
from tests.experiments.making import make_person
from tests.pages.addresses import TABLE, WITH_QUERY
from tests.pages.crowd import crowd
from tests.pages.everything import everything

pytestmark = pytest.mark.django_db

READERS = {"owner": "alice", "curator": "carol", "stranger": ""}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta"}
ASKS = ("hx-get", "hx-post")


class Reader(HTMLParser):
    """Reads a page as a browser without scripts: what is for scripts alone is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.open: list[tuple[str, dict[str, Any]]] = []
        self.has_button, self.n_fields = True, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_hidden = any("js-only" in (outer.get("class") or "").split() for _, outer in [*self.open, (tag, given)])
        if tag == "form":
            self.has_button, self.n_fields = is_hidden, 0
        self.n_fields += tag in ("input", "select", "textarea") and given.get("type") != "hidden"
        if tag == "button" or (tag == "input" and given.get("type") == "submit"):
            self.has_button = self.has_button or not (is_hidden or given.get("type") == "button")
            if given.get("type") == "button" and not is_hidden:
                self.complaints.append(f"a button that only a script hears: {given}")
        if any(name.startswith("on") for name in given):
            self.complaints.append(f"a script in <{tag}>: {given}")
        if any(name in given for name in ASKS) and tag not in ("form", "button", "a") and not is_hidden:
            self.asks_by_itself(given)
        if tag not in VOID:
            self.open.append((tag, given))

    def asks_by_itself(self, given: dict[str, Any]) -> None:
        """A part that renews itself shows something already, and a field has the button of its form."""
        if "form" in [tag for tag, _ in self.open]:
            return
        if not (given.get("hx-trigger") or "").startswith(("every", "load delay")):
            self.complaints.append(f"only a script can ask for this: {given}")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag == "form" and not self.has_button and self.n_fields > 1:  # of a single field, Enter sends it
            self.complaints.append("a form without a button")


def complaints_about(handle: str, url: str) -> list[str]:
    client = Client()
    if handle:
        client.force_login(User.objects.get(username=handle))
    answer: Any = client.get(url)
    if answer.streaming:
        list(answer.streaming_content)  # to its end, so that files are closed
    if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
        return []
    reader = Reader()
    reader.feed(answer.content.decode())
    return reader.complaints


def test_no_page_needs_a_script(db):
    alice, carol = make_person("alice"), make_person("carol", is_curator=True)
    keys = everything(alice, carol)
    crowd(1, alice=alice, carol=carol)
    pages = [(row.may_read, row.path.format(**keys)) for row in TABLE.values()]
    pages += [(TABLE[name].may_read, url) for name, url in WITH_QUERY]
    visits = [(READERS[who], url) for may_read, url in pages for who in READERS if who in may_read]
    found = {(handle, url): complaints_about(handle, url) for handle, url in visits}
    assert {visit: said for visit, said in found.items() if said} == {}
