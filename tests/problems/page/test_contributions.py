"""Existing work and calls for help: added by members, approved by curators, closed by who asked."""

import pytest

from problems.models import Activity, HelpWanted, Reference

pytestmark = pytest.mark.django_db

WORK = {"title": "A paper", "url": "https://example.org/p", "kind": "paper", "sign": "negative", "note": "It fails"}


def test_existing_work_of_a_new_account_is_public_and_waits(client, as_alice, problem):
    assert as_alice.post("/problems/5.3/references/", WORK).status_code == 302
    assert Reference.objects.get().is_pending and not Activity.objects.exists()
    page = client.get("/problems/5.3/").content.decode()
    assert "A paper" in page and "negative result" in page and "awaiting approval" in page


def test_that_of_a_curator_counts_at_once_and_is_news(as_carol, problem):
    as_carol.post("/problems/5.3/references/", WORK)
    assert not Reference.objects.get().is_pending and Activity.objects.get().text == "A paper"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.org/x", "data:text/html,x", "example", "//x.org", ""]
)
def test_an_address_is_http_or_https(as_alice, problem, url):
    page = as_alice.post("/problems/5.3/references/", WORK | {"url": url}).content.decode()
    assert "errorlist" in page and "A paper" in page and not Reference.objects.exists()


def test_a_title_is_listed_once(as_alice, problem):
    as_alice.post("/problems/5.3/references/", WORK)
    assert (
        "already listed" in as_alice.post("/problems/5.3/references/", WORK | {"title": "A  paper "}).content.decode()
    )


def test_help_is_asked_and_closed_by_who_asked(as_alice, as_bob, problem):
    as_alice.post("/problems/5.3/help/", {"kind": "mentor", "text": "An hour a month"})
    wish = HelpWanted.objects.get()
    assert "Help wanted: a mentor" in as_bob.get("/problems/5.3/").content.decode()
    assert as_bob.post(f"/problems/5.3/help/{wish.pk}/close/").status_code == 404
    as_alice.post(f"/problems/5.3/help/{wish.pk}/close/")
    wish.refresh_from_db()
    assert wish.closed_at and "An hour a month" not in as_bob.get("/problems/5.3/").content.decode()


def test_a_curator_closes_any(as_alice, as_carol, problem):
    as_alice.post("/problems/5.3/help/", {"kind": "mentor", "text": "An hour a month"})
    as_carol.post(f"/problems/5.3/help/{HelpWanted.objects.get().pk}/close/")
    assert HelpWanted.objects.get().closed_at
