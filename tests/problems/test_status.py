"""The rules of the status, and the plug through which evidence reaches them."""

import pytest
from django.db.models import Value

from problems.evidence import COUNTS, ResultCell, UnreflectedRuns, register_evidence, registered_evidence
from problems.models import Problem
from problems.services.claims import claim_problem, release_claim
from problems.services.listed import relist
from problems.status import MEANING, Status

pytestmark = pytest.mark.django_db


class Findings:
    """Evidence with the same counts for every problem."""

    section_template = "problems/_no_results.html"
    front_template = "problems/_no_results.html"

    def __init__(self, **counts):
        self.counts = counts

    def annotate(self, problems):
        return problems.annotate(**{name: Value(n) for name, n in self.counts.items()})

    def row_cells(self, problems):
        points = ((0, 0.1), (10, 0.9))
        return {problem.pk: ResultCell("3 runs", points, "accuracy of run 1") for problem in problems}

    def section(self, problem, user):
        return {}

    def cards(self, runs):
        return {}

    def runs_since(self, problem, moment):
        return UnreflectedRuns()

    def front(self, user):
        return {}


@pytest.fixture
def plug():
    before = registered_evidence()
    yield register_evidence
    register_evidence(before)


def status():
    return Status(Problem.objects.with_status().get().status)


def test_a_problem_is_open_until_somebody_is_on_it(problem, alice):
    assert status() == Status.OPEN
    claim = claim_problem(problem, alice, plan="Look")
    assert status() == Status.BEING_WORKED_ON
    release_claim(claim)
    assert status() == Status.OPEN


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"n_succeeded_runs": 4}, Status.OPEN),
        ({"n_findings": 1}, Status.RESULT_REPORTED),
        ({"n_findings": 1, "n_reproduced_findings": 1}, Status.REPRODUCED),
        ({"n_findings": 2, "n_reproduced_findings": 1, "n_contested_findings": 1}, Status.CONTESTED),
    ],
)
def test_evidence_decides_before_claims_do(problem, plug, counts, expected):
    plug(Findings(**counts))
    assert status() == expected


def test_without_evidence_every_count_is_zero(problem, plug, client):
    plug(None)
    shown = Problem.objects.with_evidence().get()
    assert {name: getattr(shown, name) for name in COUNTS} == dict.fromkeys(COUNTS, 0)
    assert [client.get(url).status_code for url in ("/", "/problems/", "/problems/5.3/")] == [200, 200, 200]


def test_a_row_shows_the_result_and_a_sparkline(problem, plug, client):
    plug(Findings())
    relist(problem.pk)
    page = client.get("/problems/").content.decode()
    assert "3 runs" in page and 'aria-label="accuracy of run 1"' in page
    assert '<polyline points="0.0,19.0 72.0,1.0"/>' in page


def test_every_status_has_a_meaning():
    assert set(MEANING) == set(Status)
