import pytest

from experiments.models import SubmittedRecipe
from problems.models import Problem
from problems.services.claims import claim_problem
from problems.services.listed import reindex
from tests.experiments.making import make_recipe

pytestmark = pytest.mark.django_db

ADDRESS = "/problems/find/?asked=yes"


@pytest.fixture(autouse=True)
def recipe(catalogue):
    """One for a laptop, of ten minutes, on 5.3."""
    make_recipe()
    SubmittedRecipe.objects.update(size="laptop", laptop_seconds=600, laptop_rests_on="measurement")
    reindex(Problem.objects.get(number="5.3").pk)


def page_of(client, wishes):
    return client.get(ADDRESS + wishes).content.decode()


def test_a_first_visit_asks_for_half_an_hour_and_says_why_each_fits(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page = client.get("/problems/find/").content.decode()
    assert "1 fits" in page and "/problems/5.3/" in page
    assert "takes about 10 minutes on a laptop, measured" in page and "nobody is on it" in page


def test_a_recipe_that_takes_longer_does_not_fit_and_the_wish_to_drop_is_named(client):
    page = page_of(client, "&minutes=9&difficulty=B")
    assert "/problems/5.3/" not in page and "without “9 minutes”" in page and "without “difficulty B”" not in page


def test_a_claimed_problem_is_left_out_only_if_wished(client, alice):
    claim_problem(Problem.objects.get(number="5.3"), alice, plan="Look")
    assert "without “nobody is on it”" in page_of(client, "&minutes=30&free=on")
    assert "somebody is on it; a claim locks nothing" in page_of(client, "&minutes=30")


def test_the_way_out_of_an_empty_answer_leads_to_one(client):
    page = page_of(client, "&minutes=9&category=5")
    assert 'href="/problems/find/?asked=yes&amp;category=5"' in page
    assert "/problems/5.3/" in page_of(client, "&category=5")


@pytest.mark.parametrize("wish", ["minutes=x", "minutes=0", "difficulty=E", "category=77"])
def test_a_wish_that_means_nothing_is_named(client, wish):
    page = page_of(client, f"&{wish}")
    assert 'class="errorlist' in page and "fits" not in page
