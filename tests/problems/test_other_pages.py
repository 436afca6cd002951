import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from problems.models import HelpWanted, Problem
from problems.services.claims import claim_problem

pytestmark = pytest.mark.django_db


def page_of(client, url, status=200, most_queries=15):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == status and len(queries) <= most_queries
    return response.content.decode()


def test_the_front_page_counts_and_shows_the_latest_claims(client, catalogue, alice):
    problem = Problem.objects.get(number="5.3")
    claim_problem(problem, alice, plan="Look")
    HelpWanted.objects.create(problem=problem, kind="mentor", text="An hour a month")
    page = page_of(client, "/")
    assert "Browse the 339 problems" in page and '<a href="/problems/?claimed=claimed">1</a>' in page
    assert "@alice" in page and "An hour a month" in page


def test_the_front_page_of_an_empty_site_is_quiet(client, db):
    assert "No claim yet." in page_of(client, "/")


def test_a_category_shows_its_context_before_its_problems(client, catalogue):
    page = page_of(client, "/categories/5/")
    assert page.index("Watching circuits form") < page.index("/problems/5.1/")
    assert page.count('class="row-link"') == 38 and "Resources (21)" in page


def test_problems_without_a_subcategory_are_not_lost(client, catalogue):
    assert "Without a subcategory" in page_of(client, "/categories/8/")


def test_a_category_that_does_not_exist_is_not_found(client, catalogue):
    page_of(client, "/categories/77/", status=404)


def test_ideas_keep_originator_related_problems_and_duplicates(client, catalogue):
    page = page_of(client, "/ideas/")
    assert "Sabrina Zaki, student, verified expert" in page and "Largely the same as" in page
    assert page.count('class="measure idea"') == 7 and '<a href="/problems/3.29/">3.29</a>' in page


def test_a_person_has_a_page_with_claims_and_no_address(client, problem, alice):
    claim_problem(problem, alice, plan="PCA of the weights")
    page = page_of(client, "/people/alice/")
    assert "PCA of the weights" in page and "example.org" not in page


def test_a_closed_account_has_no_page(client, alice):
    type(alice).objects.update(is_active=False)
    page_of(client, "/people/alice/", status=404)
