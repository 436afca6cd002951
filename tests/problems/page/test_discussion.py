"""Comments: who sees them, what they set in motion, how they age and go."""

import datetime

import pytest

from problems.models import Activity, Approval, Comment, CuratorAct, Freshness, Idea, Subscription
from problems.services.claims import claim_problem
from problems.services.discussion import TooLate, add_comment, edit_comment, remove_comment
from problems.services.limits import LimitReached
from tests.problems.times import DAY, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(problem, dave):
    return add_comment(author=dave, body="The norm of $W_E$ grows", problem=problem)


def test_a_comment_is_news_and_is_followed(problem, dave, comment):
    told = Activity.objects.get()
    assert (told.kind, told.problem, told.url) == ("commented", problem, f"/comments/{comment.pk}/")
    assert Subscription.objects.filter(user=dave, problem=problem).exists()


def test_that_of_a_new_account_waits_and_is_no_news(problem, alice):
    made = add_comment(author=alice, body="Look", problem=problem)
    assert made.is_pending and not Activity.objects.exists()


def test_commenting_refreshes_ones_own_claim(problem, alice, clock):
    claim = claim_problem(problem, alice, plan="Look")
    clock.move_to(START + 60 * DAY)
    assert claim.freshness == Freshness.QUIET
    add_comment(author=alice, body="Still looking", problem=problem)
    claim.refresh_from_db()
    assert claim.freshness == Freshness.FRESH


def test_an_answer_to_an_answer_stays_in_the_thread(problem, dave, comment):
    first = add_comment(author=dave, body="Why?", problem=problem, answers=comment)
    second = add_comment(author=dave, body="Because", problem=problem, answers=first)
    assert first.answers == second.answers == comment


def test_an_idea_is_discussed_too(dave):
    idea = Idea.objects.create(title="An idea", summary="x", kind="hypothesis")
    made = add_comment(author=dave, body="Yes", idea=idea)
    assert made.problem is None and Activity.objects.get().idea == idea


def test_a_comment_can_be_edited_for_half_an_hour(problem, dave, clock):
    made = add_comment(author=dave, body="Frist", problem=problem)
    clock.shift(datetime.timedelta(minutes=30))
    edit_comment(made, body="First")
    clock.shift(datetime.timedelta(seconds=1))
    with pytest.raises(TooLate, match="30 minutes"):
        edit_comment(made, body="Last")
    made.refresh_from_db()
    assert made.body == "First" and made.edited_at


def test_an_approved_comment_of_a_new_account_that_changes_is_looked_at_again(problem, alice):
    made = add_comment(author=alice, body="Look", problem=problem)
    Comment.objects.filter(pk=made.pk).update(approval=Approval.APPROVED)
    edit_comment(made, body="Buy this")
    made.refresh_from_db()
    assert made.is_pending


def test_what_is_removed_leaves_its_place_and_no_words(comment, dave, client):
    assert remove_comment(comment, by=dave) and not remove_comment(comment, by=dave)
    comment.refresh_from_db()
    assert comment.body == "" and not Activity.objects.exists()
    page = client.get("/problems/5.3/").content.decode()
    assert "Its author removed it" in page and "norm of" not in page


def test_a_curator_removes_with_a_reason_that_is_kept(comment, carol, client):
    remove_comment(comment, by=carol, reason="Advertising")
    act = CuratorAct.objects.get()
    assert (act.curator, act.reason, act.subject) == (carol, "Advertising", "comment of @dave")
    assert "A curator removed it" in client.get("/problems/5.3/").content.decode()


def test_too_many_comments_say_when_to_come_back(problem, alice, settings, as_alice):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"comments": (2, 3600)}
    add_comment(author=alice, body="One", problem=problem)
    add_comment(author=alice, body="Two", problem=problem)
    with pytest.raises(LimitReached, match="Try again in"):
        add_comment(author=alice, body="Three", problem=problem)
    answer = as_alice.post("/problems/5.3/comments/", {"body": "A long third comment, written with much care indeed"})
    assert answer.status_code == 429 and "written with much care" in answer.content.decode()
    assert Comment.objects.count() == 2
