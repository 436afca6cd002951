import pytest
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import Comment, HelpWanted, Problem, Reference, User
from problems.services.claims import claim_problem, release_claim
from problems.services.listed import reindex
from tests.experiments.making import make_recipe, make_run

pytestmark = pytest.mark.usefixtures("catalogue")


def filtered(query=""):
    return ProblemFilter(QueryDict(query))


def numbers(query):
    return [entry.problem.number for entry in filtered(query).found.select_related("problem")]


def add(model, number="5.3", **fields):
    """Something on a problem, as the services that add it leave the list."""
    item = model.objects.create(problem=Problem.objects.get(number=number), **fields)
    reindex(item.problem_id)
    return item


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
    wish = add(HelpWanted, kind="mentor", text="An hour a month")
    assert numbers("help=yes") == ["5.3"] and len(numbers("help=no")) == 338
    HelpWanted.objects.filter(pk=wish.pk).update(closed_at=wish.created_at)
    reindex(wish.problem_id)
    assert numbers("help=yes") == []


def test_recipe_asks_the_evidence():
    recipe = make_recipe()
    assert (numbers("recipe=yes"), numbers("recipe=laptop")) == (["5.3"], [])
    type(recipe).objects.update(size="laptop")
    reindex(recipe.problem_id)
    assert numbers("recipe=laptop") == ["5.3"] and len(numbers("recipe=no")) == 338


def test_results_are_runs_and_runs_that_succeeded(alice):
    run = make_run(alice)
    assert (numbers("results=some"), numbers("results=succeeded")) == (["5.3"], [])
    type(run).objects.update(state="succeeded")
    reindex(run.recipe.problem_id)
    assert numbers("results=succeeded") == ["5.3"] and len(numbers("results=none")) == 338


def test_discussion_and_predictions_are_blank_or_not(alice):
    add(Comment, added_by=alice, body="Look at the weights")
    assert numbers("discussion=some") == ["5.3"] and len(numbers("discussion=none")) == 338
    assert len(numbers("predictions=some")) == 3 and len(numbers("predictions=none")) == 336


def test_what_awaits_approval_is_in_no_filter_and_no_search(alice):
    add(Comment, added_by=alice, body="A zebra", approval="pending")
    add(Reference, kind="paper", title="Zebra circuits", approval="pending")
    assert numbers("discussion=some") == numbers("q=zebra") == [] and "5.3" not in numbers("work=some")


def test_a_claim_that_was_ever_made_is_told_from_none():
    assert len(numbers("claims=some")) == 12 and len(numbers("claims=none")) == 327


def test_the_star_is_yes_no_or_not_known():
    n = [len(numbers(f"starred={value}")) for value in ("yes", "no", "unknown")]
    assert sum(n) == 339 and all(n)


def test_a_subcategory_is_blank_or_not():
    assert len(numbers("subcategory=-")) + len(numbers("subcategory=*")) == 339
    assert "1.23" in numbers("subcategory=-") and "1.1" in numbers("subcategory=*")


@pytest.mark.parametrize(
    ("blank", "not_blank"),
    [
        ("subcategory=-", "subcategory=*"),
        ("difficulty=%3F", "difficulty=known"),
        ("starred=unknown", "starred=known"),
        ("work=none", "work=some"),
        ("claimed=free", "claimed=claimed"),
        ("claims=none", "claims=some"),
        ("help=no", "help=yes"),
        ("recipe=no", "recipe=yes"),
        ("results=none", "results=some"),
        ("discussion=none", "discussion=some"),
        ("predictions=none", "predictions=some"),
    ],
)
def test_every_column_that_may_be_blank_is_asked_for_blank_and_not_blank(alice, blank, not_blank):
    run = make_run(alice)
    for model, fields in ((HelpWanted, {"kind": "mentor", "text": "An hour"}), (Comment, {"body": "Look"})):
        add(model, **fields)
    claim_problem(run.recipe.problem, alice, plan="Look")
    assert sorted([*numbers(blank), *numbers(not_blank)]) == sorted(numbers(""))
    assert numbers(blank) and numbers(not_blank)


def test_a_status_is_found_and_several_add_up(alice):
    claim_problem(Problem.objects.get(number="5.3"), alice, plan="Look")
    assert numbers("status=being-worked-on") == ["5.3"] and len(numbers("status=open")) == 338
    assert len(numbers("status=open&status=being-worked-on")) == 339 and numbers("status=resolved") == []


def test_a_merged_problem_leaves_the_list():
    problem = Problem.objects.get(number="5.3")
    Problem.objects.filter(pk=problem.pk).update(merged_into=Problem.objects.get(number="5.4"))
    reindex(problem.pk)
    assert len(numbers("")) == 338 and "5.3" not in numbers("q=stacked")


def test_numbers_sort_as_positions_and_unknown_difficulty_comes_last():
    assert numbers("category=1")[8:11] == ["1.9", "1.10", "1.11"]
    for query in ("sort=difficulty", "sort=-difficulty"):
        letters = [entry.problem.difficulty for entry in filtered(query).found.select_related("problem")]
        assert set(letters[-99:]) == {""} and "" not in letters[:-99]
    assert filtered("sort=-difficulty").found[0].problem.difficulty == "D"


def test_sorting_by_activity_puts_the_latest_claim_first():
    claim_problem(Problem.objects.get(number="9.1"), User.objects.create_user("alice"), plan="Look")
    assert numbers("sort=active")[:3] == ["9.1", "2.2", "3.11"]


def test_sorting_by_runs_takes_the_counts_of_the_evidence():
    assert numbers("sort=runs")[0] == "1.1"
    make_run(User.objects.create_user("alice"))
    assert numbers("sort=runs")[0] == "5.3"


@pytest.mark.parametrize("query", ["difficulty=E", "category=x", "claimed=perhaps", "sort=colour", "q=%00"])
def test_a_value_that_means_nothing_is_an_error_and_filters_nothing(query):
    wrong = filtered(query)
    assert len(wrong.found) == 339 and wrong.errors


def test_an_error_names_the_allowed_values():
    assert filtered("difficulty=E").errors["difficulty"] == ["“E” is not one of A, B, C, D, ?, known."]
