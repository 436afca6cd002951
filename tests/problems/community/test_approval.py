import datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from problems.models import Activity, Approval, Comment, CuratorAct, HelpWanted, Idea, Proposal, Reference, Standing
from problems.services.approval import CONTRIBUTIONS, approval_for, place_of, standing_of
from problems.services.moderation import approve, approve_all_of, change_standing, reject, verify_expert

pytestmark = pytest.mark.django_db

PENDING = {"approval": Approval.PENDING}


@pytest.fixture
def contributions(problem, bob):
    """One of each kind, waiting."""
    by_bob = {"added_by": bob, **PENDING}
    return {
        "comment": Comment.objects.create(problem=problem, body="Look at $W_E$", **by_bob),
        "reference": Reference.objects.create(problem=problem, title="A paper", kind="paper", **by_bob),
        "idea": Idea.objects.create(title="Two ways", summary="Perhaps", kind="hypothesis", **by_bob),
        "help-wanted": HelpWanted.objects.create(problem=problem, kind="mentor", text="An hour a month", **by_bob),
        "problem": Proposal.objects.create(category=problem.category, statement="What of dropout?", **by_bob),
    }


def older(user, days):
    type(user).objects.filter(pk=user.pk).update(date_joined=timezone.now() - datetime.timedelta(days=days))
    user.refresh_from_db()


def test_a_new_account_waits_and_a_curator_does_not(alice, carol):
    assert (approval_for(alice), approval_for(carol)) == (Approval.PENDING, Approval.APPROVED)


@pytest.mark.parametrize(
    ("days", "n_approved", "standing"),
    [(40, 3, Standing.TRUSTED), (40, 2, Standing.NEW), (20, 3, Standing.NEW), (30, 3, Standing.TRUSTED)],
)
def test_trust_is_earned_by_time_and_approved_contributions(problem, alice, days, n_approved, standing):
    older(alice, days)
    for n in range(n_approved):
        Comment.objects.create(problem=problem, body=f"Note {n}", added_by=alice)
    Comment.objects.create(problem=problem, body="Waiting", added_by=alice, **PENDING)
    assert standing_of(alice) == standing


@pytest.mark.parametrize("kind", CONTRIBUTIONS)
def test_approving_tells_followers_once_and_leaves_an_audit_line(contributions, carol, kind):
    item = contributions[kind]
    assert approve(item, curator=carol) and not approve(item, curator=carol)
    item.refresh_from_db()
    line, act = Activity.objects.get(), CuratorAct.objects.get()
    assert item.approval == Approval.APPROVED and line.actor == item.added_by and line.url == place_of(item)
    assert (act.kind, act.curator, act.about) == ("approved", carol, item.added_by)


@pytest.mark.parametrize("kind", CONTRIBUTIONS)
def test_rejecting_keeps_the_reason_for_the_author(contributions, carol, kind):
    item = contributions[kind]
    assert reject(item, curator=carol, reason="Is in 5.3 already.")
    item.refresh_from_db()
    assert (item.approval, item.rejection_reason) == (Approval.REJECTED, "Is in 5.3 already.")
    assert not Activity.objects.exists() and CuratorAct.objects.get().reason == "Is in 5.3 already."


def test_what_was_approved_and_is_rejected_later_leaves_the_feeds(contributions, carol):
    item = contributions["reference"]
    approve(item, curator=carol)
    reject(item, curator=carol, reason="The link is dead.")
    assert not Activity.objects.exists()
    assert approve(item, curator=carol) and Activity.objects.count() == 1


def test_a_problem_that_has_its_number_cannot_be_rejected(contributions, carol):
    item = contributions["problem"]
    approve(item, curator=carol)
    assert not reject(item, curator=carol, reason="After all, no.")
    item.refresh_from_db()
    assert item.problem.number == "5.4" and item.approval == Approval.APPROVED


def test_all_of_one_author_are_approved_at_once(contributions, problem, alice, bob, carol):
    hers = Comment.objects.create(problem=problem, body="Mine", added_by=alice, **PENDING)
    assert approve_all_of(bob, curator=carol) == 5
    hers.refresh_from_db()
    assert hers.is_pending and CuratorAct.objects.filter(about=bob).count() == 5


def test_a_trusted_member_skips_the_queue(alice, carol):
    assert change_standing(alice, standing=Standing.TRUSTED, curator=carol, reason="Known from the reading group")
    assert approval_for(alice) == Approval.APPROVED
    assert not change_standing(alice, standing=Standing.TRUSTED, curator=carol, reason="Again")
    assert CuratorAct.objects.get().subject == "@alice: trusted member"


def test_the_badge_gives_no_rights(alice, carol):
    assert verify_expert(alice, is_expert=True, curator=carol, reason="Author of the paper")
    assert approval_for(alice) == Approval.PENDING and standing_of(alice) == Standing.NEW


def test_an_operator_names_the_first_curator(alice, capsys):
    call_command("make_curator", "alice")
    alice.refresh_from_db()
    assert alice.is_curator and "@alice is a curator." in capsys.readouterr().out
    call_command("make_curator", "@alice")
    assert "already" in capsys.readouterr().out and CuratorAct.objects.count() == 1
    with pytest.raises(CommandError, match="no account dave"):
        call_command("make_curator", "dave")
