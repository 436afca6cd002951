import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from problems.models import HelpWanted, Problem, User
from problems.selectors.problem_page import problem_page
from problems.services.claims import claim_problem, note_on_claim
from problems.status import MEANING, Status

pytestmark = pytest.mark.django_db


def page_of(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_the_page_has_statement_difficulty_status_and_caveat(client, catalogue):
    page = page_of(client, "/problems/5.6/")
    assert "Add a progress measure" in page and "It may be solved already" in page
    assert '<span data-letter="B">B</span><span data-letter="C">C</span>' in page
    assert 'data-status="open"' in page and "A</span></span> most approachable" in page


def test_an_unknown_difficulty_and_star_are_not_guessed(client, catalogue):
    page = page_of(client, "/problems/9.63/")
    assert "data-unknown" in page and "not known" in page and "starred in the source</span>" not in page


def test_numbers_in_the_statement_and_see_also_are_links(client, catalogue):
    page = page_of(client, "/problems/2.20/")
    assert 'Building on <a href="/problems/2.19/">2.19</a>' in page
    assert "(builds on this one)" in page_of(client, "/problems/2.19/")


def test_a_number_that_is_no_problem_stays_text(client, catalogue):
    assert "[0.5, 1]" in page_of(client, "/problems/4.9/")


def test_imported_claims_are_shown_with_their_true_dates(client, catalogue):
    page = page_of(client, "/problems/3.21/")
    assert "Eric" in page and ">2023</time>" in page and "Lapsed" in page
    assert "Nobody has been active on it lately." in page
    assert 'href="https://github.com/DKdekes/rotary-interp"' in page


def test_predictions_aliases_and_the_note_on_difficulty_are_shown(client, catalogue):
    page = page_of(client, "/problems/5.37/")
    assert "different frequencies are different basins" in page and "5.36 in post-5" in page
    assert "The Coda table says A." in page_of(client, "/problems/5.38/")


def test_help_that_is_wanted_is_shown_until_it_is_found(client, problem, alice):
    wish = HelpWanted.objects.create(problem=problem, kind="mentor", text="An hour a month", added_by=alice)
    assert "Help wanted: a mentor" in page_of(client, "/problems/5.3/")
    HelpWanted.objects.filter(pk=wish.pk).update(closed_at=wish.created_at)
    assert "Help wanted" not in page_of(client, "/problems/5.3/")


def test_the_status_says_what_it_rests_on(problem, alice):
    claim_problem(problem, alice, plan="Look")
    page = problem_page(Problem.objects.with_status().get(number="5.3"), AnonymousUser(), QueryDict())
    assert page.status_meaning == MEANING[Status.BEING_WORKED_ON] and page.why == ["1 fresh claim"]


def test_a_revision_of_the_statement_is_kept(client, problem, alice):
    problem.statement = "Why, exactly?"
    problem._change_reason = "clearer"
    problem.save()
    page = page_of(client, "/problems/5.3/")
    assert "clearer" in page and "Why, exactly?" in page


def test_the_number_of_queries_does_not_grow_with_the_claims(client, problem):
    def n_queries():
        with CaptureQueriesContext(connection) as queries:
            page_of(client, "/problems/5.3/")
        return len(queries)

    people = [User.objects.create_user(f"person{i}") for i in range(8)]
    claim_problem(problem, people[0], plan="Look")
    few = n_queries()
    for person in people:
        note_on_claim(claim_problem(problem, person, plan="Look"), text="Note")
    assert few == n_queries() <= 28


def test_a_number_used_elsewhere_redirects_or_asks(client, catalogue):
    assert client.get("/p/5.3/")["Location"] == "/problems/5.3/"
    page = page_of(client, "/p/5.18/")
    assert "may be one of 2 problems" in page and "/problems/5.18/" in page and "/problems/5.19/" in page
    assert "may be one of 3 problems" in page_of(client, "/p/2.25/")


@pytest.mark.parametrize("number", ["5.99", "99.1", "5", "grokking", "5.3.1", "٣.١", "9" * 300])
def test_a_number_that_does_not_exist_is_a_helpful_404(client, catalogue, number):
    for url in (f"/problems/{number}/", f"/p/{number}/"):
        assert "look through all problems" in page_of(client, url, status=404)
