import pytest
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import Problem
from problems.selectors.facets import facets_of
from tests.experiments.making import make_recipe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


def counts(query, name):
    facets = facets_of(ProblemFilter(QueryDict(query), queryset=Problem.objects.with_evidence()))
    return {option.value: option.n for facet in facets if facet.name == name for option in facet.options}


def n_found(query):
    return ProblemFilter(QueryDict(query), queryset=Problem.objects.with_evidence()).found.count()


@pytest.mark.parametrize("query", ["", "category=5", "q=grokking", "claimed=free&difficulty=B", "recipe=yes"])
def test_each_count_is_what_choosing_it_would_show(query):
    make_recipe()
    for name in ("difficulty", "category", "claimed", "work", "help", "recipe"):
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
    }


def test_a_chosen_subcategory_does_not_empty_the_other_categories():
    assert counts("category=3&subcategory=Extending+Othello-GPT", "category")["5"] == 38


@pytest.mark.parametrize(("query", "n_queries"), [("", 4), ("difficulty=B", 5), ("difficulty=B&work=none", 6)])
def test_each_filter_in_use_costs_one_query_more(query, n_queries, django_assert_num_queries):
    with django_assert_num_queries(n_queries):
        facets_of(ProblemFilter(QueryDict(query), queryset=Problem.objects.with_evidence()))
