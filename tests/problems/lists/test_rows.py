"""Rows and cards are written in Python: what people wrote must not get into the page as markup."""

import pytest

from problems.evidence import ResultCell, register_evidence, registered_evidence
from problems.models import Claim, Comment, ListEntry, Reference
from problems.services.claims import claim_problem
from problems.services.listed import reindex
from tests.problems.test_status import Findings

pytestmark = pytest.mark.django_db

BAD = '<script>"&'
SAFE = "&lt;script&gt;&quot;&amp;"


@pytest.fixture
def plug():
    before = registered_evidence()
    yield register_evidence
    register_evidence(before)


class Marked(Findings):
    def row_cells(self, problems):
        return {problem.pk: ResultCell(BAD, ((0, 0.1), (10, 0.9)), BAD) for problem in problems}


@pytest.mark.parametrize("view", ["table", "cards"])
def test_what_people_wrote_is_escaped(client, problem, plug, view):
    plug(Marked())
    problem.statement = f"Why {BAD} zebra"
    problem.save()
    Claim.objects.create(problem=problem, is_imported=True, imported_name=BAD)
    Comment.objects.create(problem=problem, body=f"A lion, {BAD}")
    reindex(problem.pk)
    page = client.get("/problems/", {"view": view, "q": "zebra lion", "claims": "some"}).content.decode()
    assert "<script>&" not in page and BAD not in page
    assert page.count(SAFE) >= 5  # statement, comment, name, result and the label of its line
    assert "<mark>zebra</mark>" in page and "discussion: A <mark>lion</mark>" in page


@pytest.mark.parametrize("view", ["table", "cards"])
def test_a_row_tells_what_there_is(client, problem, alice, bob, view):
    for person in (alice, bob):
        claim_problem(problem, person, plan="Look")
    Reference.objects.create(problem=problem, kind="paper", title="A paper")
    problem.starred = True
    problem.save()
    reindex(problem.pk)
    page = client.get("/problems/", {"view": view}).content.decode()
    assert "1 reference" in page and "starred in the source</span>" in page
    assert ">@bob</a> <time" in page and "</time>, 1 more" in page and "Being worked on" in page


def test_nobody_is_looked_for_where_nobody_was_active(client, problem, django_assert_max_num_queries):
    reindex(problem.pk)
    with django_assert_max_num_queries(7):
        client.get("/problems/")


def test_the_number_of_an_entry_is_that_of_its_problem(problem):
    reindex(problem.pk)
    entry = ListEntry.objects.get()
    assert (entry.number, entry.get_absolute_url(), entry.difficulty) == ("5.3", problem.get_absolute_url(), "B")
