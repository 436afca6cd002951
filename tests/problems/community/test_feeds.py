import datetime
from xml.etree import ElementTree

import pytest

from problems.models import Activity, Approval, SavedFilter
from problems.services.activity import record_activity
from problems.services.feeds import renew_feed_token
from problems.services.following import follow
from problems.services.ideas import propose_idea
from problems.services.listed import reindex
from problems.services.moderation import approve

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def moved(problem, other, bob):
    for where in (problem, other):
        url = where.get_absolute_url()
        record_activity(kind=Activity.Kind.RUN, actor=bob, text="<b>4 & 5</b>", url=url, problem=where)


def feed(client, url):
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)


def test_what_somebody_wrote_is_no_markup_for_a_feed_reader(client, moved):
    entry = feed(client, "/feeds/everything.atom").find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}summary").get("type") == "html"
    assert entry.findtext(f"{ATOM}summary") == "&lt;b&gt;4 &amp; 5&lt;/b&gt;"


def titles(client, url):
    return [entry.findtext(f"{ATOM}title") for entry in feed(client, url).iter(f"{ATOM}entry")]


def test_a_feed_has_all_that_atom_asks_for(client, moved):
    root = feed(client, "/feeds/everything.atom")
    entries = root.findall(f"{ATOM}entry")
    for part in (root, *entries):
        assert all(part.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        datetime.datetime.fromisoformat(part.findtext(f"{ATOM}updated"))
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    assert entries[1].find(f"{ATOM}link").get("href") == "http://testserver/problems/5.3/"
    assert entries[0].findtext(f"{ATOM}author/{ATOM}name")


def test_an_empty_feed_is_valid(client, problem):
    assert feed(client, "/problems/5.3/activity.atom").findtext(f"{ATOM}updated")


def test_each_problem_and_category_has_a_feed(client, moved):
    assert titles(client, "/problems/5.4/activity.atom") == ["5.4: @bob ran an experiment"]
    assert len(titles(client, "/categories/5/activity.atom")) == 2
    assert client.get("/problems/5.99/activity.atom").status_code == 404


def test_what_awaits_approval_is_in_no_feed_until_it_is_approved(client, alice, carol):
    idea = propose_idea(alice, kind="hypothesis", title="Two ways", summary="Perhaps")
    assert idea.approval == Approval.PENDING and titles(client, "/feeds/everything.atom") == []
    approve(idea, curator=carol)
    assert titles(client, "/feeds/everything.atom") == ["“Two ways”: @alice proposed an idea"]


def test_ones_own_feed_is_what_one_watches_and_opens_by_its_token_only(client, problem, moved, alice):
    follow(alice, problem=problem)
    renew_feed_token(alice)
    url = f"/feeds/own/{alice.feed_token}.atom"
    assert titles(client, url) == ["5.3: @bob ran an experiment"]
    renew_feed_token(alice)
    assert client.get(url).status_code == 404 and client.get("/feeds/own/x.atom").status_code == 404


def test_a_saved_filter_has_a_feed(client, problem, other, moved, alice, bob):
    reindex(problem.pk, other.pk)
    saved = SavedFilter.objects.create(owner=alice, name="Known B", query="difficulty=B")
    renew_feed_token(alice)
    renew_feed_token(bob)
    assert titles(client, f"/feeds/own/{alice.feed_token}/{saved.pk}.atom") == ["5.3: @bob ran an experiment"]
    assert client.get(f"/feeds/own/{bob.feed_token}/{saved.pk}.atom").status_code == 404
