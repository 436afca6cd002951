"""A new account holds three fresh claims, and more with a reason that curators read."""

import datetime

import pytest
from django.utils import timezone

from problems.models import Category, Claim, Problem, User
from problems.services.claim_cap import TooManyClaims
from problems.services.claims import claim_problem, release_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def problems(problem):
    category = Category.objects.get()
    more = [Problem.objects.create(category=category, index=i, number=f"5.{i}", statement="Why?") for i in (10, 11, 12)]
    return [*more, problem]


def claim_all(problems, person):
    return [claim_problem(problem, person, plan="Look") for problem in problems]


def test_the_fourth_claim_of_a_new_account_needs_a_reason(problems, alice):
    claim_all(problems[:3], alice)
    with pytest.raises(TooManyClaims, match="up to 3 fresh claims"):
        claim_problem(problems[3], alice, plan="Look")
    assert claim_problem(problems[3], alice, plan="Look", over_cap_reason="One project").over_cap_reason


def test_changing_a_plan_asks_for_no_reason(problems, alice):
    claims = claim_all(problems[:3], alice)
    assert claim_problem(claims[0].problem, alice, plan="Other").plan == "Other"


def test_releasing_one_makes_room(problems, alice):
    release_claim(claim_all(problems[:3], alice)[0])
    assert claim_problem(problems[3], alice, plan="Look").over_cap_reason == ""


@pytest.mark.parametrize(
    "standing",
    [{"is_trusted": True}, {"is_curator": True}, {"date_joined": timezone.now() - datetime.timedelta(days=31)}],
)
def test_who_is_not_new_has_no_cap(problems, alice, standing):
    User.objects.filter(pk=alice.pk).update(**standing)
    assert len(claim_all(problems, User.objects.get(pk=alice.pk))) == 4


def test_the_page_asks_and_only_curators_read_the_answer(problems, alice, as_alice, as_bob, bob):
    claim_all(problems[:3], alice)
    url = "/problems/5.3/claim/"
    assert (
        "Why one more" in as_alice.get(url).content.decode() and "Why one more" not in as_bob.get(url).content.decode()
    )
    assert "Say why you need one more claim" in as_alice.post(url, {"plan": "Look"}).content.decode()
    as_alice.post(url, {"plan": "Look", "over_cap_reason": "One project, four parts"})
    assert Claim.objects.filter(claimant=alice).count() == 4
    assert "One project, four parts" not in as_bob.get("/problems/5.3/").content.decode()
    User.objects.filter(pk=bob.pk).update(is_curator=True)
    assert "One project, four parts" in as_bob.get("/problems/5.3/").content.decode()
