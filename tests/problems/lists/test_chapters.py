"""Pages of a category, a subcategory and a difficulty: lists with something fixed."""

import pytest

pytestmark = pytest.mark.django_db

SUBCATEGORY = "/categories/3/extending-othello-gpt/"


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


def page_of(client, url, **headers):
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_category_gives_its_context_and_subcategories_before_its_problems(client):
    page = page_of(client, "/categories/3/")
    places = [page.index(text) for text in ("On a synthetic task", SUBCATEGORY, 'id="filters"', "/problems/3.1/")]
    assert places == sorted(places) and "33 of 33" in page
    assert page.count('scope="rowgroup"') > 3


def test_filters_there_count_and_find_within_the_category(client):
    page = page_of(client, "/categories/5/?difficulty=B")
    assert "25 of 38" in page and 'name="category"' not in page and 'action="/categories/5/"' in page
    assert 'href="/categories/5/" aria-label="Drop the filter difficulty B"' in page


def test_the_category_cannot_be_changed_by_the_address(client):
    assert "38 of 38" in page_of(client, "/categories/5/?category=1")


def test_an_export_of_the_page_is_of_its_problems(client):
    assert "/problems/export.csv?difficulty=B&amp;category=5" in page_of(client, "/categories/5/?difficulty=B")


def test_a_swap_there_keeps_its_address(client):
    response = client.get("/categories/5/?difficulty=B&claimed=any&sort=number", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/categories/5/?difficulty=B" and b"<html" not in response.content


def test_a_subcategory_has_a_page_with_a_title(client):
    page = page_of(client, SUBCATEGORY)
    assert "4 of 4" in page and "<h1>Extending Othello-GPT</h1>" in page and "<title>Extending Othello-GPT" in page


@pytest.mark.parametrize("url", ["/categories/3/nothing/", "/difficulty/E/", "/categories/77/", "/difficulty/b/"])
def test_what_is_not_there_is_not_found(client, url):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(("letter", "text"), [("A", "most approachable"), ("D", "hardest"), ("unknown", "not mean")])
def test_a_difficulty_says_what_its_letter_means(client, letter, text):
    page = page_of(client, f"/difficulty/{letter}/")
    assert text in page and 'name="difficulty"' not in page
    assert ("99 of 99" in page) == (letter == "unknown")


def test_cards_show_the_same_problems(client):
    page = page_of(client, "/problems/?category=5&view=cards")
    assert page.count('class="row-link"') == 38 and "<table" not in page and "38 of 339" in page
    assert 'href="/problems/?category=5">Table' in page and 'name="view" value="cards"' in page


@pytest.mark.parametrize("url", ["/categories/5/", SUBCATEGORY, "/difficulty/B/", "/problems/?view=cards"])
def test_the_number_of_queries_is_bounded(client, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        client.get(url)
