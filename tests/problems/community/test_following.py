import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from zeal import zeal_context

from problems.models import Activity, SavedFilter, Subscription
from problems.selectors.following import activity_for, earlier_activity, n_unread
from problems.services.activity import record_activity
from problems.services.following import follow, follow_touched, is_following, unfollow
from problems.services.listed import reindex

pytestmark = pytest.mark.django_db


def happen(actor, text="Look", **where):
    url = (where.get("problem") or where["idea"]).get_absolute_url()
    return record_activity(kind=Activity.Kind.COMMENTED, actor=actor, text=text, url=url, **where)


def texts(user):
    return [line.text for line in activity_for(user)]


def test_what_was_left_on_purpose_is_not_followed_again_by_touching_it(problem, alice):
    follow_touched(alice, problem=problem)
    assert is_following(alice, problem=problem)
    unfollow(alice, problem=problem)
    follow_touched(alice, problem=problem)
    assert not is_following(alice, problem=problem) and Subscription.objects.count() == 1
    follow(alice, problem=problem)
    assert is_following(alice, problem=problem)


def test_a_subscription_is_to_one_thing(problem, idea, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        follow(alice, problem=problem, idea=idea)


def test_one_reads_of_others_where_one_watches(problem, other, idea, alice, bob):
    follow(alice, problem=problem)
    follow(alice, idea=idea)
    happen(bob, "on the problem", problem=problem)
    happen(bob, "elsewhere", problem=other)
    happen(bob, "on the idea", idea=idea)
    happen(alice, "by myself", problem=problem)
    assert texts(alice) == ["on the idea", "on the problem"] and texts(bob) == []


def test_a_category_is_followed_but_for_what_was_left_in_it(problem, other, alice, bob):
    follow(alice, category=problem.category)
    unfollow(alice, problem=other)
    happen(bob, "here", problem=problem)
    happen(bob, "there", problem=other)
    assert texts(alice) == ["here"]


def test_a_saved_filter_is_followed_as_it_finds_now(problem, other, alice, bob):
    reindex(problem.pk, other.pk)
    follow(alice, saved_filter=SavedFilter.objects.create(owner=alice, name="B", query="difficulty=B"))
    happen(bob, "of difficulty B", problem=problem)
    happen(bob, "of unknown difficulty", problem=other)
    assert texts(alice) == ["of difficulty B"]
    type(other).objects.filter(pk=other.pk).update(difficulty_low="B", difficulty_high="B")
    reindex(other.pk)
    assert len(texts(alice)) == 2


def test_the_header_counts_what_is_new_until_it_is_read(as_alice, problem, alice, bob):
    follow(alice, problem=problem)
    happen(bob, problem=problem)
    assert '<span class="count">1<' in as_alice.get("/ideas/").content.decode()
    until = Activity.objects.get().at
    as_alice.post("/following/read/", {"until": until.isoformat()})
    happen(bob, "Later", problem=problem)
    alice.refresh_from_db()
    assert alice.activity_read_at == until and n_unread(alice) == 1
    page = as_alice.get("/following/").content.decode()
    assert page.index("Later") < page.index("<h2>Earlier</h2>") < page.rindex("Look")


def test_reading_never_makes_the_read_new_again(as_alice, problem, alice, bob):
    as_alice.post("/following/read/")
    alice.refresh_from_db()
    read_at = alice.activity_read_at
    as_alice.post("/following/read/", {"until": (read_at - datetime.timedelta(days=9)).isoformat()})
    as_alice.post("/following/read/", {"until": "2100-01-01T00:00:00+00:00"})
    alice.refresh_from_db()
    assert read_at < alice.activity_read_at < read_at + datetime.timedelta(minutes=5)


def test_what_nobody_reads_is_new_for_a_month_only(problem, alice, bob):
    type(alice).objects.update(date_joined=timezone.now() - datetime.timedelta(days=90))
    alice.refresh_from_db()
    follow(alice, problem=problem)
    for days in (29, 31):
        line = happen(bob, f"{days} days", problem=problem)
        Activity.objects.filter(pk=line.pk).update(at=timezone.now() - datetime.timedelta(days=days))
    assert n_unread(alice) == 1 and [line.text for line in earlier_activity(alice)] == ["31 days"]


def test_the_count_takes_few_queries_and_stops(problem, alice, bob):
    follow(alice, problem=problem)
    Activity.objects.bulk_create([Activity(kind="run", problem=problem, actor=bob, url="/") for _ in range(300)])
    with CaptureQueriesContext(connection) as queries:
        assert n_unread(alice) == 100
    assert len(queries) == 2  # what is watched, and the count


def test_the_list_costs_the_same_however_long(as_alice, problem, idea, alice, bob):
    counts = []
    for n in (1, 30):
        follow(alice, problem=problem)
        follow(alice, idea=idea)
        for i in range(n):
            happen(bob, f"{n} {i}", problem=problem)
            happen(bob, f"{n} {i}", idea=idea)
        with CaptureQueriesContext(connection) as queries, zeal_context():
            assert as_alice.get("/following/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_the_button_watches_and_stops(as_alice, problem, alice, idea):
    for thing, key in (("problem", "5.3"), ("category", "5"), ("idea", str(idea.pk))):
        as_alice.post(f"/following/{thing}/{key}/")
    assert alice.subscriptions.filter(is_muted=False).count() == 3
    page = as_alice.get(f"/ideas/{idea.pk}/").content.decode()
    assert "Watching: stop" in page
    as_alice.post(f"/following/idea/{idea.pk}/", {"leave": "yes"})
    assert not is_following(alice, idea=idea)


@pytest.mark.parametrize("where", ["problem/5.99", "category/x", "thing/1", "idea/99"])
def test_what_does_not_exist_cannot_be_watched(as_alice, problem, where):
    assert as_alice.post(f"/following/{where}/").status_code == 404
