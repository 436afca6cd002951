import pytest
from django.http import QueryDict
from django.test import Client

from problems.filters import ProblemFilter
from problems.models import SavedFilter
from problems.selectors import saved as saved_selector
from problems.selectors.saved import saved_lists
from problems.services.following import follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def saved(catalogue, as_alice):
    as_alice.post("/saved/", {"name": "Easy", "query": "category=5&difficulty=B&colour=red&claimed=any"})
    return SavedFilter.objects.get()


def test_a_list_is_kept_in_its_canonical_form_and_applied(as_alice, saved):
    assert (saved.name, saved.query) == ("Easy", "difficulty=B&category=5")
    assert as_alice.get(f"/saved/{saved.pk}/")["Location"] == "/problems/?difficulty=B&category=5"
    page = as_alice.get("/saved/").content.decode()
    assert "difficulty B · category 5" in page and '<td class="right">25</td>' in page


QUERIES = ["", "q=grokking", "q=nothingness", "difficulty=B&sort=runs", "subcategory=-", "claimed=free&claims=some"]


@pytest.mark.parametrize("at_once", [2, 100])
def test_each_list_says_how_many_it_shows_now(catalogue, alice, at_once, monkeypatch):
    monkeypatch.setattr(saved_selector, "AT_ONCE", at_once)
    for query in QUERIES:
        SavedFilter.objects.create(owner=alice, name=f"Those of {query}", query=query)
    shown = {found.saved.query: found.n for found in saved_lists(alice)}
    assert shown == {query: ProblemFilter(QueryDict(query)).found.count() for query in QUERIES}
    assert shown[""] == 339 and shown["q=nothingness"] == 0 and shown["claimed=free&claims=some"] > 0


def test_a_name_is_given_once(as_alice, saved):
    page = as_alice.post("/saved/", {"name": "Easy", "query": "difficulty=C"}, follow=True).content.decode()
    assert "You have a list named “Easy” already" in page and SavedFilter.objects.count() == 1


def test_it_can_be_renamed_and_deleted(as_alice, saved):
    as_alice.post(f"/saved/{saved.pk}/rename/", {"name": "Simple"})
    saved.refresh_from_db()
    assert saved.name == "Simple"
    as_alice.post(f"/saved/{saved.pk}/delete/")
    assert not SavedFilter.objects.exists() and "saved no list yet" in as_alice.get("/saved/").content.decode()


def test_deleting_asks_once_and_says_what_goes(as_alice, saved):
    follow(saved.owner, saved_filter=saved)
    page = as_alice.get("/saved/").content.decode()
    assert "The list goes for good, with its feed and your watching it." in page and "Delete “Easy”" in page


def test_an_empty_name_is_refused(as_alice, catalogue):
    page = as_alice.post("/saved/", {"name": " ", "query": ""}, follow=True).content.decode()
    assert "Give the list a name." in page and not SavedFilter.objects.exists()


def test_to_another_member_it_does_not_exist(as_bob, saved):
    assert as_bob.get(f"/saved/{saved.pk}/").status_code == 404
    for act in ("rename", "delete"):
        assert as_bob.post(f"/saved/{saved.pk}/{act}/", {"name": "Mine"}).status_code == 404
    assert "Easy" not in as_bob.get("/saved/").content.decode() and SavedFilter.objects.get().name == "Easy"


def test_a_visitor_signs_in_first(saved):
    for url in ("/saved/", f"/saved/{saved.pk}/"):
        assert Client().get(url)["Location"].startswith("/accounts/login/")
    assert 'action="/saved/"' not in Client().get("/problems/?difficulty=B").content.decode()


def test_nothing_is_saved_without_the_token(alice, catalogue):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/saved/", {"name": "Easy", "query": ""}).status_code == 403
