import datetime

import pytest
from django.db import IntegrityError, transaction

from problems.models import Claim, ClaimEvent, Freshness
from problems.services.claims import claim_problem, note_on_claim, release_claim
from tests.problems.times import DAY, START

pytestmark = pytest.mark.django_db


def texts(claim):
    return list(claim.events.values_list("text", flat=True))


def kinds(claim):
    return list(claim.events.values_list("kind", flat=True))


def test_the_server_sets_the_start(problem, alice, clock):
    claim = claim_problem(problem, alice, plan="PCA of the weights")
    assert claim.started_at == claim.last_activity_at == START
    assert kinds(claim) == [ClaimEvent.Kind.CLAIMED]


@pytest.mark.parametrize(
    ("days", "freshness"),
    [
        (0, Freshness.FRESH),
        (30, Freshness.FRESH),
        (31, Freshness.QUIET),
        (90, Freshness.QUIET),
        (91, Freshness.LAPSED),
        (900, Freshness.LAPSED),
    ],
)
def test_a_claim_ages(problem, alice, clock, days, freshness):
    claim = claim_problem(problem, alice, plan="Look")
    clock.move_to(START + days * DAY)
    assert claim.freshness == freshness
    assert Claim.objects.fresh(START + days * DAY).exists() == (freshness == Freshness.FRESH)
    assert Claim.objects.not_lapsed(START + days * DAY).exists() == (freshness != Freshness.LAPSED)


def test_the_days_are_settings(problem, alice, clock, settings):
    settings.CLAIM_FRESH_DAYS, settings.CLAIM_QUIET_DAYS = 1, 2
    claim = claim_problem(problem, alice, plan="Look")
    clock.move_to(START + 3 * DAY)
    assert claim.freshness == Freshness.LAPSED


def test_a_second_claim_of_the_same_person_changes_the_plan(problem, alice, clock):
    claim_problem(problem, alice, plan="First")
    clock.move_to(START + DAY)
    claim = claim_problem(problem, alice, plan="Second", expected_on=datetime.date(2026, 3, 1))
    assert Claim.objects.count() == 1
    assert (claim.plan, claim.started_at, claim.last_activity_at) == ("Second", START, START + DAY)
    assert kinds(claim) == ["claimed", "changed"]
    assert texts(claim) == ["First", "Second"]


def test_claiming_again_resumes_a_lapsed_claim(problem, alice, clock):
    claim_problem(problem, alice, plan="First")
    clock.move_to(START + 200 * DAY)
    claim = claim_problem(problem, alice, plan="Back to it")
    assert claim.freshness == Freshness.FRESH and claim.started_at == START
    assert kinds(claim) == ["claimed", "resumed"]


def test_claiming_again_after_a_release_starts_anew(problem, alice, clock):
    release_claim(claim_problem(problem, alice, plan="First"))
    clock.move_to(START + DAY)
    claim = claim_problem(problem, alice, plan="Again")
    assert claim.released_at is None and claim.started_at == START + DAY
    assert kinds(claim) == ["claimed", "released", "claimed"]


def test_a_note_makes_a_quiet_claim_fresh(problem, alice, clock):
    claim = claim_problem(problem, alice, plan="Look")
    clock.move_to(START + 60 * DAY)
    note_on_claim(claim, text="Curves look alike")
    claim.refresh_from_db()
    assert claim.freshness == Freshness.FRESH
    assert texts(claim) == ["Look", "Curves look alike"]


def test_a_release_counts_once(problem, alice, clock):
    claim = claim_problem(problem, alice, plan="Look")
    assert release_claim(claim) and not release_claim(claim)
    assert kinds(claim) == ["claimed", "released"]
    claim.refresh_from_db()
    assert claim.freshness == Freshness.RELEASED


def test_a_claim_locks_nothing(problem, alice, bob):
    claim_problem(problem, alice, plan="One way")
    claim_problem(problem, bob, plan="Another way")
    assert Claim.objects.filter(problem=problem).count() == 2


def test_the_database_refuses_a_claim_without_a_plan(problem, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(problem=problem, claimant=alice, plan="")


def test_the_claims_of_a_removed_account_stay(problem, alice):
    claim_problem(problem, alice, plan="Look")
    alice.delete()
    assert Claim.objects.get().who == "a former member"
