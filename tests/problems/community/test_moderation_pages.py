import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from problems.models import Approval, Comment, CuratorAct, HelpWanted, Idea, Proposal, Reference, User
from problems.services.moderation import approve

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(problem, bob):
    return Comment.objects.create(problem=problem, body="Look at **this**", added_by=bob, approval=Approval.PENDING)


def fill(problem, some):
    for i in some:
        author = User.objects.create_user(f"author{i}")
        waiting = {"added_by": author, "approval": Approval.PENDING}
        Comment.objects.create(problem=problem, body="Yes", **waiting)
        Reference.objects.create(problem=problem, title=f"Paper {i}", kind="paper", **waiting)
        Idea.objects.create(title=f"Idea {i}", summary="S", kind="hypothesis", **waiting)
        HelpWanted.objects.create(problem=problem, kind="mentor", text="Help", **waiting)
        Proposal.objects.create(category=problem.category, statement=f"Why {i}?", **waiting)


def test_the_queue_shows_the_oldest_first_with_context_and_standing(as_carol, problem, comment):
    Reference.objects.create(problem=problem, title="A paper", kind="paper", approval=Approval.PENDING)
    page = as_carol.get("/moderation/").content.decode()
    assert page.index("<strong>this</strong>") < page.index("A paper") and "5.3 Why?" in page
    assert "new member, here since" in page and "0 approved, 0 rejected, 1 waiting" in page


def test_an_empty_queue_says_what_comes_here(as_carol):
    assert "Nothing waits." in as_carol.get("/moderation/").content.decode()


def test_the_queue_costs_the_same_however_long(as_carol, problem):
    counts = []
    for some in (range(1), range(1, 9)):
        fill(problem, some)
        with CaptureQueriesContext(connection) as queries, zeal_context():
            assert as_carol.get("/moderation/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_approving_and_rejecting_by_the_page(as_carol, problem, comment, bob):
    other = Comment.objects.create(problem=problem, body="Buy", added_by=bob, approval=Approval.PENDING)
    as_carol.post(f"/moderation/comment/{comment.pk}/approve/")
    as_carol.post(f"/moderation/comment/{other.pk}/reject/", {"reason": "An advertisement."})
    assert list(Comment.objects.values_list("approval", flat=True)) == [Approval.APPROVED, Approval.REJECTED]
    assert (
        "Somebody has decided that already"
        in as_carol.post(f"/moderation/comment/{comment.pk}/approve/", follow=True).content.decode()
    )


def test_a_rejection_needs_a_reason(as_carol, comment):
    page = as_carol.post(f"/moderation/comment/{comment.pk}/reject/", {"reason": " "}, follow=True).content.decode()
    comment.refresh_from_db()
    assert "Give a reason." in page and comment.is_pending


def test_a_decision_goes_back_to_the_page_it_was_made_on_and_nowhere_else(as_carol, comment):
    url = f"/moderation/comment/{comment.pk}/approve/"
    assert as_carol.post(url, {"next": "/problems/5.3/"})["Location"] == "/problems/5.3/"
    assert as_carol.post(url, {"next": "https://example.org/"})["Location"] == "/moderation/"


def test_standing_badge_and_what_waits_in_one_form(as_carol, comment, bob):
    form = {"standing": "trusted", "is_expert": "on", "approve_waiting": "on", "reason": "Known from the reading group"}
    as_carol.post("/people/bob/standing/", form)
    bob.refresh_from_db()
    comment.refresh_from_db()
    assert bob.is_trusted and bob.is_verified_expert and comment.approval == Approval.APPROVED


def test_the_audit_can_be_narrowed(as_carol, carol, problem, comment):
    approve(comment, curator=carol, reason="Helpful")
    everything = as_carol.get("/moderation/acts/").content.decode()
    assert "comment: Look at" in everything and "Helpful" in everything
    for query, n in (("about=bob&kind=approved", 1), ("about=@bob", 1), ("curator=bob", 0), ("problem=5.3", 1)):
        assert as_carol.get(f"/moderation/acts/?{query}").content.decode().count("Helpful") == n, query
    assert "No act matches." in as_carol.get("/moderation/acts/?kind=merged").content.decode()


def test_the_author_sees_the_reason_in_their_list(as_bob, carol, comment):
    from problems.services.moderation import reject

    reject(comment, curator=carol, reason="Says nothing new.")
    assert "Says nothing new." in as_bob.get("/following/").content.decode()


def test_the_author_and_the_audit_read_what_was_decided_on_in_words(as_bob, as_carol, carol, problem, bob):
    wish = HelpWanted.objects.create(
        problem=problem, kind="mentor", text="An hour a week", added_by=bob, approval=Approval.PENDING
    )
    approve(wish, curator=carol)
    for page in (as_bob.get("/following/"), as_carol.get("/moderation/acts/")):
        assert "help wanted: a mentor: An hour a week" in page.content.decode()
    assert "<strong>approved</strong>. <span" in as_bob.get("/following/").content.decode()  # without a default reason


def test_a_curator_act_is_never_about_nobody_known(as_carol, problem):
    Reference.objects.create(problem=problem, title="Imported", kind="paper", approval=Approval.PENDING)
    as_carol.post(f"/moderation/reference/{Reference.objects.get().pk}/approve/")
    assert CuratorAct.objects.get().about is None
