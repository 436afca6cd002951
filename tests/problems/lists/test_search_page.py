"""What the page of a search shows."""

import pytest

from problems.models import Idea, Problem, Reference
from problems.services.listed import reindex, reindex_ideas

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


def add_reference(number, title):
    problem = Problem.objects.get(number=number)
    Reference.objects.create(problem=problem, kind="paper", title=title)
    reindex(problem.pk)


def page_of(client, query):
    return client.get(f"/problems/?q={query}").content.decode()


def test_words_are_marked_in_the_statement(client):
    assert "<mark>stacked</mark>" in page_of(client, "stacked+flattened")


def test_a_match_elsewhere_says_where_and_shows_it(client):
    add_reference("7.1", "A <b>quagga</b> circuit")
    page = page_of(client, "quagga")
    assert "existing work: A &lt;b&gt;<mark>quagga</mark>&lt;/b&gt; circuit" in page and "1 of 339" in page


def test_ideas_that_match_come_after_the_problems(client, alice):
    idea = Idea.objects.create(title="Quagga heads", summary="Do they exist?", kind="hypothesis", added_by=alice)
    reindex_ideas(idea.pk)
    page = page_of(client, "quagga")
    assert "Ideas that match" in page and "<mark>Quagga</mark> heads" in page and "0 of 339" in page


def test_a_misspelt_word_is_answered_with_its_like(client):
    page = page_of(client, "groking")
    assert 'Did you mean <a href="/problems/?q=grokking">grokking</a>' in page


def test_a_search_is_sorted_by_how_well_it_matches_unless_told_otherwise(client):
    assert '<option value="" selected>best match' in page_of(client, "head")
    page = page_of(client, "head&sort=number")
    assert '<option value="number" selected>' in page and "q=head&amp;sort=number" in page
    assert '<option value="" selected>number' in client.get("/problems/").content.decode()


def test_the_number_of_queries_does_not_grow_with_what_is_found(client, django_assert_max_num_queries):
    add_reference("7.1", "Understanding quaggas")
    with django_assert_max_num_queries(22):
        page_of(client, "understanding")


def test_a_number_from_elsewhere_leads_to_the_problem_it_means_and_says_so(client):
    page = client.get("/problems/?q=5.18").content.decode()
    assert page.index("/problems/5.18/") < page.index("/problems/5.19/")
    assert "also known as: <mark>5.18</mark> in post-5" in page
