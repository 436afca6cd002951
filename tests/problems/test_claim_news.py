"""A claim tells those whom it concerns, once."""

import pytest

from problems.models import Activity, StatusChange, Subscription, User
from problems.services.claims import claim_problem, note_on_claim, refresh_claim, release_claim
from problems.services.status_history import note_all_statuses
from tests.problems.times import DAY, START

pytestmark = pytest.mark.django_db


def told():
    return list(Activity.objects.order_by("pk").values_list("kind", "text"))


def test_claiming_tells_followers_follows_and_changes_the_status(problem, alice):
    claim_problem(problem, alice, plan="PCA of the weights")
    assert told() == [("claimed", "PCA of the weights"), ("status", "Open to Being worked on: @alice claimed it.")]
    assert Subscription.objects.filter(user=alice, problem=problem, is_muted=False).exists()
    assert StatusChange.objects.get().by == alice


def test_the_others_on_it_get_mail_about_a_new_claim(
    problem, alice, bob, mailoutbox, django_capture_on_commit_callbacks
):
    claim_problem(problem, alice, plan="One way")
    with django_capture_on_commit_callbacks(execute=True):
        claim_problem(problem, bob, plan="Another way & <more>")
    (mail,) = mailoutbox
    assert mail.to == ["alice@example.org"] and mail.subject == "@bob is on problem 5.3 too"
    assert "Another way & <more>" in mail.body and "/problems/5.3/" in mail.body and "bob@" not in mail.body


@pytest.mark.parametrize("change", [{"wants_claim_mail": False}, {"is_active": False}, {"email": ""}])
def test_who_wants_no_mail_gets_none(change, problem, alice, bob, mailoutbox, django_capture_on_commit_callbacks):
    claim_problem(problem, alice, plan="One way")
    User.objects.filter(pk=alice.pk).update(**change)
    with django_capture_on_commit_callbacks(execute=True):
        claim_problem(problem, bob, plan="Another way")
    assert mailoutbox == []


def test_a_changed_plan_is_no_new_claim(problem, alice, bob, mailoutbox, django_capture_on_commit_callbacks):
    claim_problem(problem, alice, plan="One way")
    claim_problem(problem, bob, plan="Another way")
    with django_capture_on_commit_callbacks(execute=True):
        claim_problem(problem, bob, plan="A third way")
    assert mailoutbox == [] and told()[-1] == ("noted", "new plan: A third way")


def test_releasing_the_last_claim_opens_the_problem_again(problem, alice):
    release_claim(claim_problem(problem, alice, plan="Look"))
    assert told()[-2:] == [("released", ""), ("status", "Being worked on to Open: @alice released a claim.")]


@pytest.mark.parametrize(("days", "is_refreshed"), [(10, True), (60, True), (91, False)])
def test_doing_something_on_the_problem_refreshes_a_claim_unless_it_lapsed(problem, alice, clock, days, is_refreshed):
    claim = claim_problem(problem, alice, plan="Look")
    clock.move_to(START + days * DAY)
    refresh_claim(problem, alice)
    claim.refresh_from_db()
    assert claim.last_activity_at == (START + days * DAY if is_refreshed else START)


def test_doing_something_makes_no_claim_and_renews_no_released_one(problem, alice, bob, clock):
    release_claim(claim_problem(problem, alice, plan="Look"))
    clock.move_to(START + DAY)
    for person in (alice, bob):
        refresh_claim(problem, person)
    assert problem.claims.get().last_activity_at == START


def test_a_quiet_claim_that_is_active_again_changes_the_status_back(problem, alice, clock):
    claim = claim_problem(problem, alice, plan="Look")
    clock.move_to(START + 40 * DAY)
    assert note_all_statuses() == 1
    note_on_claim(claim, text="Curves look alike")
    assert StatusChange.objects.first().reason == "@alice is active again."
