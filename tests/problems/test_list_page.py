import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from problems.models import Claim, Problem, User
from problems.services.claims import claim_problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


def n_queries(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_shows_a_page_of_problems_as_links(client: Client):
    page = client.get("/problems/").content.decode()
    assert 'href="/problems/5.3/' not in page
    assert page.count('class="row-link"') == 100
    assert "339 of 339" in page and "?page=2" in page


def test_the_last_page_ends_with_the_last_problem(client):
    page = client.get("/problems/?page=4").content.decode()
    assert page.count('class="row-link"') == 39 and "/problems/9.63/" in page


def test_the_number_of_queries_does_not_grow_with_the_rows(client):
    for name in ("alice", "bob"):
        for problem in Problem.objects.filter(category=5):
            claim_problem(problem, User.objects.get_or_create(username=name, is_curator=True)[0], plan="Look")
    few = n_queries(client, "/problems/?category=5&difficulty=C&claimed=claimed")
    many = n_queries(client, "/problems/?category=5&difficulty=B&claimed=claimed")
    assert few == many <= 15
    assert n_queries(client, "/problems/?q=understanding") <= 22


def test_who_works_on_it_is_in_the_row(client, alice):
    claim_problem(Problem.objects.get(number="5.3"), alice, plan="Look")
    page = client.get("/problems/?claimed=claimed").content.decode()
    assert '<a class="above" href="/people/alice/">@alice</a>' in page and "Being worked on" in page


def test_without_javascript_the_form_submits_the_same_filters(client):
    page = client.get("/problems/?difficulty=B&category=5").content.decode()
    assert '<form id="filters"' in page and 'action="/problems/"' in page and "<button" in page
    for name in ("q", "difficulty", "category", "subcategory", "claimed", "work", "help", "recipe", "sort"):
        assert f'name="{name}"' in page
    assert client.get("/problems/?q=&category=&subcategory=&claimed=any&sort=number").status_code == 200


def test_htmx_gets_the_changed_part_and_pushes_a_short_address(client):
    url = "/problems/?q=&difficulty=B&category=5&subcategory=&claimed=any&work=any&sort=number"
    response = client.get(url, headers={"HX-Request": "true"})
    part = response.content.decode()
    assert "<html" not in part and 'id="results"' in part and 'hx-swap-oob="true"' in part
    assert response["HX-Push-Url"] == "/problems/?difficulty=B&category=5"
    assert "HX-Request" in response["Vary"]


def test_going_back_in_the_history_gets_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/problems/", headers=headers).content.decode()


def test_moving_to_another_category_drops_a_subcategory_that_is_not_there(client):
    url = "/problems/?category=5&subcategory=Extending+Othello-GPT"
    assert "38 of 339" in client.get(url).content.decode()


def test_an_empty_result_says_which_filter_to_drop(client):
    page = client.get("/problems/?difficulty=D&category=1").content.decode()
    assert "0 of 339" in page
    assert '<a href="/problems/?category=1">without difficulty D</a> there are 23' in page
    assert '<a href="/problems/?difficulty=D">without category 1</a> there are 15' in page


def test_dropping_is_offered_only_where_it_helps(client):
    page = client.get("/problems/?difficulty=D&q=nothingness").content.decode()
    assert "without “nothingness”</a> there are 15" in page and "without difficulty D" not in page
    page = client.get("/problems/?difficulty=D&category=1&q=nothingness").content.decode()
    assert "dropping one alone does not help" in page and '<a href="/problems/">Drop all</a>' in page


def test_a_filter_in_use_can_be_dropped(client):
    page = client.get("/problems/?difficulty=B&work=none&q=head").content.decode()
    assert 'href="/problems/?q=head&amp;difficulty=B" aria-label="Drop the filter no existing work"' in page


def test_a_bad_value_is_named_and_left_out(client):
    page = client.get("/problems/?difficulty=E").content.decode()
    assert "“E” is not one of A, B, C, D, ?, known. It was left out." in page and "339 of 339" in page


def test_words_of_the_search_are_escaped(client):
    page = client.get("/problems/?q=<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_an_empty_catalogue_says_how_to_load_it(client):
    Claim.objects.all().delete()
    Problem.objects.all().delete()
    assert "load_catalogue" in client.get("/problems/").content.decode()
