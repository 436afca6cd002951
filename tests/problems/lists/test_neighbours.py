"""From one problem of a list to the next, without a way back to the list."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import ListEntry, Problem
from problems.selectors.neighbours import neighbours_of
from problems.services.claims import claim_problem
from problems.services.listed import relist

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


def around(number, query=""):
    near = neighbours_of(Problem.objects.get(number=number), query)
    return [place and place.number for place in (near.before, near.after)]


def in_list(query):
    return [str(entry) for entry in ProblemFilter(QueryDict(query)).found]


def test_without_a_list_the_numbers_decide():
    assert around("2.1") == ["1.23", "2.2"]
    assert around("1.1") == [None, "1.2"]
    assert around("9.63") == ["9.62", None]


@pytest.mark.parametrize(
    "query", ["difficulty=C&category=5", "q=induction", "q=training&sort=-difficulty", "sort=active"]
)
def test_the_next_one_is_the_next_row_of_the_list(query):
    claim = ListEntry.objects.filter(index=7)
    claim.update(claimed_at="2026-01-01T00:00Z")
    rows = in_list(query)[:12]
    assert [around(number, query)[1] for number in rows[:-1]] == rows[1:]
    assert [around(number, query)[0] for number in rows] == [None, *rows[:-1]]


def test_the_last_row_has_no_next_one():
    last = in_list("q=induction&sort=-difficulty")[-1]
    assert around(last, "q=induction&sort=-difficulty")[1] is None


def test_what_has_left_the_list_still_leads_on(alice):
    free = in_list("claimed=free&difficulty=B")
    claim_problem(Problem.objects.get(number=free[4]), alice, plan="Look")
    assert free[4] not in in_list("claimed=free&difficulty=B")
    assert around(free[4], "claimed=free&difficulty=B") == [free[3], free[5]]


def test_a_problem_that_awaits_approval_has_its_neighbours_by_number():
    Problem.objects.filter(number="5.3").update(approval="pending")
    relist(Problem.objects.get(number="5.3").pk)
    assert around("5.3", "q=grokking") == around("5.3") == ["5.2", "5.4"]


@pytest.mark.parametrize("query", ["category=none", "difficulty=Z&sort=price", "%00&&==", "page=9"])
def test_a_list_that_means_nothing_is_no_list(query):
    assert around("5.3", query) == ["5.2", "5.4"]
    assert neighbours_of(Problem.objects.get(number="5.3"), query).list_url == ""


def test_rows_carry_their_list_and_the_page_leads_on_and_back(client):
    assert 'href="/problems/5.3/">' in client.get("/problems/?page=2").content.decode()
    carried = "?" + urlencode({"list": "difficulty=B&category=5"})
    for view in ("", "&view=cards"):
        page = client.get(f"/categories/5/?difficulty=B{view}").content.decode()
        assert f'href="/problems/5.3/{carried}' in page
    page = client.get(f"/problems/5.3/{carried}").content.decode()
    assert f'rel="next" href="/problems/{around("5.3", "difficulty=B&category=5")[1]}/{carried}"' in page
    assert 'href="/problems/?difficulty=B&amp;category=5">List: difficulty B, category 5</a>' in page
    assert '<link rel="canonical" href="/problems/5.3/">' in page
