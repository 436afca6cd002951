"""The permission matrix: who may open and change what, asked of every page for members and curators."""

import pytest
from django.test import Client

from problems.models import Activity, Approval, Comment, CuratorAct, Idea, Problem, SavedFilter
from problems.services.digests import stop_link

pytestmark = pytest.mark.django_db

CURATORS = [
    "/moderation/",
    "/moderation/acts/",
    "/people/alice/standing/",
    "/curate/",
    "/curate/categories/new/",
    "/curate/categories/5/",
    "/curate/import/",
    "/curate/row/",
    "/ideas/{idea}/curate/",
    *(f"/problems/5.3/curate/{tool}/" for tool in ("edit", "take-in", "split", "merge", "resolve")),
]
CURATORS_POST = [
    "/moderation/comment/{comment}/approve/",
    "/moderation/comment/{comment}/reject/",
    "/people/bob/approve-all/",
    "/people/bob/standing/",
    "/curate/import/",
    "/curate/row/",
    "/problems/5.3/curate/edit/",
    "/problems/5.3/curate/merge/",
    "/problems/5.3/curate/merge/undo/",
    "/problems/5.3/curate/resolve/1/undo/",
]
MEMBERS = ["/ideas/propose/", "/proposals/propose/", "/following/", "/you/edit/", "/you/settings/", "/you/leave/"]
MEMBERS_POST = ["/following/problem/5.3/", "/following/read/", "/following/feeds/", "/you/leave/"]
EVERYBODY = ["/ideas/", "/ideas/{idea}/", "/proposals/", "/people/alice/", "/feeds/everything.atom"]


@pytest.fixture
def keys(problem, idea, bob):
    comment = Comment.objects.create(problem=problem, body="Wait", added_by=bob, approval=Approval.PENDING)
    return {"idea": idea.pk, "comment": comment.pk}


@pytest.fixture
def people(alice, as_alice, as_bob, as_carol):
    return {"stranger": Client(), "owner": as_alice, "member": as_bob, "curator": as_carol}


def codes(people, url, **form):
    return {who: (c.post(url, form) if form else c.get(url)).status_code for who, c in people.items()}


@pytest.mark.parametrize("url", CURATORS)
def test_curators_pages_are_for_curators(people, keys, url):
    wanted = {"stranger": 302, "owner": 403, "member": 403, "curator": 200}
    assert codes(people, url.format(**keys)) == wanted


@pytest.mark.parametrize("url", CURATORS_POST)
def test_nobody_else_carries_out_an_act(people, keys, url):
    del people["curator"]
    form = {"reason": "Because", "standing": "curator", "into": "5.3"}
    assert codes(people, url.format(**keys), **form) == {"stranger": 302, "owner": 403, "member": 403}
    assert not CuratorAct.objects.exists() and Comment.objects.get().is_pending


@pytest.mark.parametrize("url", MEMBERS)
def test_members_pages_ask_a_stranger_to_sign_in(people, problem, url):
    assert codes(people, url) == {"stranger": 302, "owner": 200, "member": 200, "curator": 200}
    assert Client().get(url)["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("url", MEMBERS_POST)
def test_a_stranger_changes_nothing(alice, problem, url):
    assert Client().post(url, {"handle": "alice"})["Location"].startswith("/accounts/login/")
    alice.refresh_from_db()
    assert not alice.subscriptions.exists() and not alice.feed_token


@pytest.mark.parametrize("url", EVERYBODY)
def test_reading_needs_no_account(people, keys, url):
    assert set(codes(people, url.format(**keys)).values()) == {200}


def test_what_was_rejected_is_for_its_author_and_curators(people, alice):
    idea = Idea.objects.create(
        title="Bad", summary="B", kind="hypothesis", added_by=alice, approval="rejected", rejection_reason="Is spam."
    )
    url = f"/ideas/{idea.pk}/"
    assert codes(people, url) == {"stranger": 404, "owner": 200, "member": 404, "curator": 200}
    assert "Is spam." in people["owner"].get(url).content.decode()
    listed = {who: "Bad" in client.get("/ideas/").content.decode() for who, client in people.items()}
    assert listed == {"stranger": False, "owner": True, "member": False, "curator": True}


def test_nobody_watches_somebody_elses_saved_filter(people, alice):
    saved = SavedFilter.objects.create(owner=alice, name="Mine", query="difficulty=B")
    answered = codes(people, f"/following/saved-filter/{saved.pk}/", next="/")
    assert answered == {"stranger": 302, "owner": 302, "member": 404, "curator": 404}


def test_every_form_needs_its_token(alice, carol, problem, keys):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(carol)
    for url in (*CURATORS_POST, *MEMBERS_POST):
        assert strict.post(url.format(**keys), {"reason": "x"}).status_code == 403, url
    assert not CuratorAct.objects.exists() and not Activity.objects.exists() and Problem.objects.count() == 1


def test_only_a_mail_program_may_stop_a_digest_without_a_token(alice):
    type(alice).objects.update(digest="daily")
    url = stop_link(alice).removeprefix("http://127.0.0.1:8000")
    assert Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    alice.refresh_from_db()
    assert alice.digest == "never"
