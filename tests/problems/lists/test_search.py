"""What a search finds and in which order, the same on both databases."""

import pytest
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import Category, Comment, Problem, Reference
from problems.services.listed import rebuild, reindex

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def five(db):
    """Five problems that mention zebras, each in another place."""
    zebras = Category.objects.create(number=1, name="Zebras")
    other = Category.objects.create(number=2, name="Others")
    for category, index, fields in (
        (other, 1, {"statement": "Discussed"}),
        (other, 2, {"statement": "Read"}),
        (zebras, 3, {"statement": "Filed"}),
        (other, 4, {"statement": "How do zebra circuits interpret stripes?"}),
        (other, 5, {"statement": "Something else, after 2.4"}),
    ):
        Problem.objects.create(category=category, index=index, number=f"{category.number}.{index}", **fields)
    Comment.objects.create(problem=Problem.objects.get(number="2.1"), body="A zebra, I think")
    Reference.objects.create(problem=Problem.objects.get(number="2.2"), kind="paper", title="The Zebra paper")
    rebuild()


def numbers(query):
    params = QueryDict(mutable=True)
    params["q"] = query
    found = ProblemFilter(params).found.select_related("problem")
    return [entry.problem.number for entry in found]


def test_the_better_the_place_the_higher_it_stands():
    assert numbers("zebra") == ["2.4", "1.3", "2.2", "2.1"]


def test_a_number_asked_for_by_name_comes_first():
    assert numbers("2.4") == ["2.4", "2.5"]


def test_all_words_must_be_found_wherever_each_stands():
    assert numbers("zebra stripes") == ["2.4"] and numbers("zebra read") == ["2.2"]
    assert numbers("zebra unicorn") == []


def test_the_last_word_may_be_unfinished_and_forms_of_a_word_are_one():
    assert numbers("zebra cir") == ["2.4"] and numbers("interpreti") == []
    assert numbers("interpreting") == numbers("INTERPRETED zebras") == ["2.4"]


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others():
    assert numbers("the zebra of") == numbers("zebra") and numbers("how do") == ["2.4"]


@pytest.mark.parametrize("query", ['zebra"', "zebra*", "(zebra", "zebra':*", "zebra\\", "^zebra", "zébra", "{zebra} :"])
def test_characters_that_mean_something_to_an_engine_mean_nothing(query):
    assert numbers(query) == numbers("zebra")


@pytest.mark.parametrize("query", ["zebra OR read", "zebra NOT read", "NEAR(zebra read)", "zebra & !read", "zebra | x"])
def test_operators_are_words(query):
    assert "2.4" not in numbers(query)


@pytest.mark.parametrize("query", ["***", '""', "'", "; DROP TABLE problems_search; --", "x" * 200, "日本語"])
def test_odd_questions_have_no_answer_and_do_no_harm(query):
    assert numbers(query) == [] and numbers("zebra") != []


def test_no_words_find_everything():
    assert len(numbers("")) == len(numbers("   ")) == 5


def test_what_changes_is_found_and_what_is_gone_is_not():
    Problem.objects.filter(number="2.5").update(statement="Okapi")
    Comment.objects.all().delete()
    reindex(*Problem.objects.values_list("pk", flat=True))
    assert numbers("okapi") == ["2.5"] and "2.1" not in numbers("zebra")
