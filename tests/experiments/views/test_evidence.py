"""What the catalogue shows of experiments: counts, the Results column, and a section of each problem."""

import re
from typing import Any

import pytest

from experiments.evidence import ExperimentEvidence
from experiments.services.recipes import load_presets, submit_recipe
from experiments.services.runs import submit_run
from problems.evidence import result_cells
from problems.models import Problem
from tests.experiments.making import make_problem, make_problems_of_presets, make_run, recipe_toml

pytestmark = pytest.mark.django_db


def counts(problem):
    found: Any = Problem.objects.with_evidence().get(pk=problem.pk)
    return found.n_recipes, found.n_laptop_recipes, found.n_runs, found.n_succeeded_runs


def test_counts_are_zero_where_nothing_was_tried(db):
    assert counts(make_problem()) == (0, 0, 0, 0)


def test_counts_do_not_multiply_each_other(ended, alice):
    submit_run(recipe=ended.recipe, submitter=alice)
    submit_recipe(author=alice, toml=recipe_toml(steps=7), size="laptop")
    assert counts(ended.recipe.problem) == (2, 1, 2, 1)


def test_counts_can_be_filtered_on(run):
    other = make_problem(5, 4)
    found: Any = Problem.objects.with_evidence()
    assert list(found.filter(n_runs=0)) == [other]
    assert list(found.filter(n_recipes__gt=0, n_succeeded_runs=0)) == [run.recipe.problem]


def test_a_row_shows_the_best_run_as_a_line(ended, alice):
    submit_run(recipe=ended.recipe, submitter=alice)
    cell = result_cells([ended.recipe.problem])[ended.recipe.problem_id]
    assert cell.text == "2 runs"
    assert cell.points == ((0.0, 4.25), (100.0, 0.5))
    assert cell.points_label == f"test loss of run {ended.pk} over training, median of seeds"


def test_a_row_without_runs_shows_the_recipe_and_its_time(db):
    make_problems_of_presets()
    problem = make_problem()
    load_presets()
    assert re.fullmatch(r"recipe, about \d+ s on a laptop, measured", result_cells([problem])[problem.pk].text)


def test_a_row_without_anything_is_left_empty(run):
    assert result_cells([make_problem(5, 4)]) == {}


def test_a_live_run_is_told_in_its_row(run):
    assert result_cells([run.recipe.problem])[run.recipe.problem_id].text == "1 run, queued"


def test_more_rows_cost_no_more_queries(alice, django_assert_num_queries):
    first = make_run(alice).recipe.problem
    with django_assert_num_queries(2):
        result_cells([first])
    for index in range(10, 20):
        make_problem(5, index)
        toml = recipe_toml().replace('"5.3"', f'"5.{index}"')
        submit_run(recipe=submit_recipe(author=alice, toml=toml), submitter=alice)
    problems = list(Problem.objects.all())
    with django_assert_num_queries(2):
        assert len(result_cells(problems)) == 11


def test_the_page_of_a_problem_offers_run_and_fork(client, ended):
    page = client.get(ended.recipe.problem.get_absolute_url()).content.decode()
    assert f"/recipes/new/?fork={ended.recipe_id}" in page
    assert f"/recipes/{ended.recipe_id}/run/" not in page
    assert ended.get_absolute_url() in page


def test_a_member_runs_a_recipe_from_the_page_of_its_problem(as_alice, recipe):
    assert f'action="/recipes/{recipe.pk}/run/"' in as_alice.get(recipe.problem.get_absolute_url()).content.decode()


def test_the_starters_of_a_problem_come_first(recipe, alice):
    starter = submit_recipe(author=None, toml=recipe.toml, preset="tiny.laptop", size="laptop")
    submit_recipe(author=alice, toml=recipe_toml(steps=7))
    cards = ExperimentEvidence().section(recipe.problem, alice)["cards"]
    assert cards[0]["recipe"] == starter
    assert len(cards) == 3


def test_the_front_page_tells_what_runs_and_what_finished(client, ended, alice):
    live = submit_run(recipe=ended.recipe, submitter=alice)
    page = client.get("/").content.decode()
    assert page.index("Running now") < page.index(live.get_absolute_url()) < page.index("Finished lately")
    assert ended.get_absolute_url() in page
