import pytest
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import HelpWanted, Problem, Reference, User
from problems.services.claims import claim_problem, release_claim
from problems.services.load_catalogue import load_catalogue
from tests.experiments.making import make_recipe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue(db):
    load_catalogue()


def filtered(query=""):
    return ProblemFilter(QueryDict(query), queryset=Problem.objects.with_evidence())


def numbers(query):
    return [problem.number for problem in filtered(query).found]


def test_a_range_is_found_under_each_of_its_letters():
    assert Problem.objects.get(number="1.1").difficulty == "B-C"
    assert "1.1" in numbers("difficulty=B") and "1.1" in numbers("difficulty=C")
    assert "1.1" not in numbers("difficulty=A") and "1.1" not in numbers("difficulty=D")


def test_a_wide_range_is_found_under_the_letter_between():
    assert Problem.objects.get(number="8.19").difficulty == "B-D"
    assert "8.19" in numbers("difficulty=C")


def test_letters_add_up_and_the_question_mark_is_unknown():
    assert len(numbers("difficulty=%3F")) == 99
    assert len(numbers("difficulty=A&difficulty=%3F")) == len(numbers("difficulty=A")) + 99


def test_category_and_subcategory_narrow():
    assert len(numbers("category=5")) == 38
    assert numbers("category=3&subcategory=Extending+Othello-GPT") == ["3.30", "3.31", "3.32", "3.33"]


def test_claimed_means_freshly_claimed_so_imported_claims_do_not_count():
    alice = User.objects.create_user("alice")
    assert numbers("claimed=claimed") == []
    claim = claim_problem(Problem.objects.get(number="5.3"), alice, plan="Look")
    assert numbers("claimed=claimed") == ["5.3"]
    assert len(numbers("claimed=free")) == 338
    release_claim(claim)
    assert numbers("claimed=claimed") == []


def test_existing_work_is_blank_or_not():
    assert numbers("work=some") == ["2.2", "4.1"]
    assert len(numbers("work=none")) == 337


def test_help_wanted_is_help_that_is_still_wanted():
    wish = HelpWanted.objects.create(problem=Problem.objects.get(number="5.3"), kind="mentor", text="An hour a month")
    assert numbers("help=yes") == ["5.3"]
    HelpWanted.objects.filter(pk=wish.pk).update(closed_at=wish.created_at)
    assert numbers("help=yes") == []


def test_recipe_asks_the_evidence():
    recipe = make_recipe()
    assert (numbers("recipe=yes"), numbers("recipe=laptop")) == (["5.3"], [])
    type(recipe).objects.update(size="laptop")
    assert numbers("recipe=laptop") == ["5.3"]


def test_search_wants_every_word_in_any_case():
    assert numbers("q=STACKED+flattened") == ["5.3"]
    assert numbers("q=stacked+flattened+zebra") == []


def test_search_reads_references_and_subcategories():
    Reference.objects.create(problem=Problem.objects.get(number="7.1"), kind="paper", title="Zebra circuits")
    assert numbers("q=zebra") == ["7.1"]
    assert "5.1" in numbers("q=understanding+grokking")


def test_a_number_is_matched_from_its_start_and_not_within():
    assert numbers("q=5.30") == ["5.30"]
    assert set(numbers("q=1.1")) >= {"1.1", "1.10"} and "2.11" not in numbers("q=1.1")


def test_numbers_sort_as_positions_and_unknown_difficulty_comes_last():
    assert numbers("category=1")[8:11] == ["1.9", "1.10", "1.11"]
    for query in ("sort=difficulty", "sort=-difficulty"):
        letters = [problem.difficulty for problem in filtered(query).found]
        assert set(letters[-99:]) == {""} and "" not in letters[:-99]
    assert filtered("sort=-difficulty").found[0].difficulty == "D"


def test_sorting_by_activity_puts_the_latest_claim_first():
    claim_problem(Problem.objects.get(number="9.1"), User.objects.create_user("alice"), plan="Look")
    assert numbers("sort=active")[:3] == ["9.1", "2.2", "3.11"]


def test_sorting_by_runs_takes_the_counts_of_the_evidence():
    assert numbers("sort=runs")[0] == "1.1"


@pytest.mark.parametrize("query", ["difficulty=E", "category=x", "claimed=perhaps", "sort=colour", "q=%00"])
def test_a_value_that_means_nothing_is_an_error_and_filters_nothing(query):
    wrong = filtered(query)
    assert len(wrong.found) == 339 and wrong.errors


def test_an_error_names_the_allowed_values():
    assert filtered("difficulty=E").errors["difficulty"] == ["“E” is not one of A, B, C, D, ?."]
