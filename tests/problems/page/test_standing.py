"""What the page says of where a problem stands: parts, resolutions, backlog, history of the status."""

import datetime

import pytest
from django.utils import timezone

from problems.evidence import UnreflectedRuns, register_evidence, registered_evidence
from problems.models import Backlog, Comment, Part, Problem, Resolution
from problems.services.claims import claim_problem, release_claim
from problems.status import Status
from tests.problems.test_status import Findings
from tests.problems.times import DAY, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(problem):
    return [Part.objects.create(problem=problem, letter=letter, statement=f"Why {letter}?") for letter in "ab"]


def statuses(problem):
    return [Status(part.status) for part in problem.parts.with_status()]


def page_of(client):
    return client.get("/problems/5.3/").content.decode()


def test_a_part_is_worked_on_by_who_names_it_while_the_claim_is_fresh(problem, parts, alice, clock, client):
    claim_problem(problem, alice, plan="Look", parts=parts[:1])
    assert statuses(problem) == [Status.BEING_WORKED_ON, Status.OPEN]
    assert "On part (a)." in page_of(client)
    clock.move_to(START + 31 * DAY)
    assert statuses(problem) == [Status.OPEN, Status.OPEN]


def test_a_claim_of_the_whole_problem_names_no_part(problem, parts, alice):
    claim_problem(problem, alice, plan="Look")
    assert statuses(problem) == [Status.OPEN, Status.OPEN]


def test_a_signature_resolves_a_part_and_one_under_the_problem_all(problem, parts, carol, client):
    Resolution.objects.create(problem=problem, part=parts[1], run=7, reason="It is so", signed_by=carol)
    assert statuses(problem) == [Status.OPEN, Status.RESOLVED]
    page = page_of(client)
    assert "Part (b) is resolved" in page and "1 of 2 parts resolved" in page and "by run 7: It is so" in page
    whole = Resolution.objects.create(problem=problem, run=8, reason="All of it", signed_by=carol)
    assert statuses(problem) == [Status.RESOLVED, Status.RESOLVED]
    assert Problem.objects.with_status().get().status == Status.RESOLVED
    whole.withdrawn_at = timezone.now()
    whole.save()
    assert statuses(problem) == [Status.OPEN, Status.RESOLVED]


def test_the_claim_form_offers_the_parts(problem, parts, as_alice):
    assert "(a) Why a?" in as_alice.get("/problems/5.3/claim/").content.decode()
    as_alice.post("/problems/5.3/claim/", {"plan": "Look", "parts": ["b"]})
    assert [part.letter for part in problem.claims.get().parts.all()] == ["b"]
    assert (
        "not one of the available"
        in as_alice.post("/problems/5.3/claim/", {"plan": "L", "parts": "z"}).content.decode()
    )


def test_a_lapsed_claim_resumes_in_one_click(problem, alice, clock, as_alice):
    claim_problem(problem, alice, plan="Look")
    clock.move_to(START + 100 * DAY)
    as_alice.force_login(alice)
    assert "Resume my claim" in as_alice.get("/problems/5.3/").content.decode()
    as_alice.post("/problems/5.3/claim/resume/")
    claim = problem.claims.get()
    assert (claim.plan, claim.freshness) == ("Look", "fresh") and claim.events.last().kind == "resumed"


def test_each_change_of_status_is_shown_with_its_reason(problem, alice, client):
    release_claim(claim_problem(problem, alice, plan="Look"))
    page = page_of(client)
    assert "@alice claimed it." in page and "@alice released a claim." in page


class WithRuns(Findings):
    def runs_since(self, problem, moment):
        self.asked = moment
        return UnreflectedRuns(1, timezone.now() - datetime.timedelta(days=12))


def test_the_backlog_counts_approved_comments_and_runs(problem, alice, client):
    Comment.objects.create(problem=problem, body="a", added_by=alice)
    Comment.objects.create(problem=problem, body="b", added_by=alice, approval="pending")
    Comment.objects.create(problem=problem, body="c", added_by=alice, taken_in_by=1)
    before, evidence = registered_evidence(), WithRuns()
    register_evidence(evidence)
    try:
        assert "1 comment, 1 run not yet reflected in the statement (oldest" in page_of(client)
        assert evidence.asked is None
        Backlog.objects.create(problem=problem, runs_taken_in_until=START, revision=1)
        assert "12 days ago" in page_of(client) and evidence.asked == START
    finally:
        register_evidence(before)


def test_the_caveat_says_when_the_literature_was_checked(problem, client):
    assert "Nobody has noted a check" in page_of(client)
    Problem.objects.update(literature_checked_on=datetime.date(2026, 2, 3))
    assert "last checked for it on 2026-02-03" in page_of(client)
