import pytest
from django.http import QueryDict

from problems.filters import CHOICES, ProblemFilter
from problems.selectors.facets import facets_of, tally
from tests.experiments.making import make_recipe

SUBCATEGORY = "category=3&subcategory=Extending+Othello-GPT&claimed=free"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


def counts(query, name):
    problem_filter = ProblemFilter(QueryDict(query))
    facets = facets_of(problem_filter, tally(problem_filter))
    return {option.value: option.n for facet in facets if facet.name == name for option in facet.options}


def n_found(query):
    return ProblemFilter(QueryDict(query)).found.count()


@pytest.mark.parametrize("query", ["", "category=5", "q=grokking", "claimed=free&difficulty=B", "recipe=yes"])
def test_each_count_is_what_choosing_it_would_show(query):
    make_recipe()
    for name in (*CHOICES, "category", "subcategory"):
        params = QueryDict(query, mutable=True)
        for value, n in counts(query, name).items():
            params[name] = value
            assert n == n_found(params.urlencode()), (name, value)


def test_subcategories_are_those_of_the_category():
    assert set(counts("category=7", "subcategory")) == {
        "Building on Circuits thread",
        "Diffusion models",
        "Multimodal models (CLIP interpretability)",
        "Reverse engineering image models",
        "-",
        "*",
    }


def test_a_chosen_subcategory_does_not_empty_the_other_categories():
    assert counts("category=3&subcategory=Extending+Othello-GPT", "category")["5"] == 38


@pytest.mark.parametrize(
    "query", ["", "category=5", "q=head&difficulty=B", "work=some&status=open&category=7", SUBCATEGORY]
)
def test_the_tally_counts_what_is_found_with_and_without_each_filter(query):
    problem_filter = ProblemFilter(QueryDict(query))
    found = tally(problem_filter)
    assert found.n == n_found(query)
    for name in set(problem_filter.chosen) - {"q"}:
        assert found.n_without(name) == problem_filter.only(*(set(problem_filter.chosen) - {name})).count(), name


@pytest.mark.parametrize("query", ["", "category=5", "difficulty=B", "difficulty=B&work=none&q=head"])
def test_every_facet_takes_a_few_queries_whatever_is_filtered_by(query, django_assert_max_num_queries):
    problem_filter = ProblemFilter(QueryDict(query))
    with django_assert_max_num_queries(4):
        facets_of(problem_filter, tally(problem_filter))
