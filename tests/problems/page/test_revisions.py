"""Each revision at an address that stays, the difference between any two, and how to cite one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.citations import for_bibtex
from problems.diffs import word_diff

pytestmark = pytest.mark.django_db


@pytest.fixture
def revised(problem, carol):
    problem.statement, problem._change_reason, problem._history_user = "Why, exactly?", "clearer", carol
    problem.save()
    problem.difficulty_low = problem.difficulty_high = "C"
    problem._change_reason = "harder than thought"
    problem.save()
    return problem


def page_of(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_a_revision_renders_as_it_was(client, revised):
    first, last = page_of(client, "/problems/5.3/revisions/1/"), page_of(client, "/problems/5.3/revisions/3/")
    assert '<h1 class="statement">Why?</h1>' in first and "It was revised since" in first and "noindex" in first
    assert '<h1 class="statement">Why, exactly?</h1>' in last and "This is how" in last and "<dd>C</dd>" in last


def test_the_difference_between_any_two_is_shown(client, revised):
    page = page_of(client, "/problems/5.3/revisions/?from=1&to=3")
    assert "Why<ins>, exactly</ins>?" in page and "<del>B</del><ins>C</ins>" in page
    assert "Why<ins>" not in page_of(client, "/problems/5.3/revisions/?from=2&to=3")
    assert "does not differ from itself" in page_of(client, "/problems/5.3/revisions/?from=2&to=2")


def test_the_list_says_who_what_and_why(client, revised):
    page = page_of(client, "/problems/5.3/revisions/?from=x&to=99")
    assert "@carol" in page and "clearer" in page and "difficulty" in page and "first entered" in page


@pytest.mark.parametrize(
    "url", ["/problems/5.3/revisions/4/", "/problems/5.3/revisions/0/", "/problems/9.9/revisions/"]
)
def test_what_does_not_exist_is_a_404(client, revised, url):
    assert client.get(url).status_code == 404


def test_a_citation_names_the_revision(client, revised):
    page = page_of(client, "/problems/5.3/")
    assert "http://127.0.0.1:8000/problems/5.3/revisions/3/" in page and "@misc{circuitboard-5.3-r3," in page
    assert "revisions/1/" in page_of(client, "/problems/5.3/revisions/1/").partition('id="cite-bibtex"')[2]


def test_bibtex_is_escaped():
    assert for_bibtex(r"50% of {x}_i & \a") == r"50\% of \{x\}\_i \& \textbackslash{}a"


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_difference_holds_both_texts(before, after):
    pieces = word_diff(before, after)
    assert "".join(text for what, text in pieces if what != "removed") == after
    assert "".join(text for what, text in pieces if what != "added") == before
