"""The page of a recipe, the wall of results, and runs side by side."""

import pytest

from experiments.services.recipes import submit_recipe
from experiments.services.runs import submit_run
from tests.experiments.making import make_problem, make_recipe, make_run, recipe_toml
from tests.experiments.views.conftest import Training

pytestmark = pytest.mark.django_db


def shown(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_recipe_shows_its_text_digest_and_cost(client, recipe):
    page = shown(client, f"/recipes/{recipe.pk}/")
    assert recipe.digest in page
    assert "modulus = 7" in page
    assert "per seed" in page
    assert "It has not run yet" in page


def test_a_recipe_tells_what_it_should_show_and_where_that_is_known_from(client, db):
    expect = '[[expect]]\nmeasure = "loss"\nsplit = "test"\nat_most = 0.5\nsource = "published: Somebody 2020"\n'
    make_problem()
    recipe = submit_recipe(author=None, toml=f"{recipe_toml()}\n{expect}")
    page = shown(client, recipe.get_absolute_url())
    assert "Test loss at most 0.5 at the end." in page
    assert "published: Somebody 2020" in page


def test_the_sizes_of_a_shipped_recipe_lead_to_each_other_and_the_problem_tells_them_apart(client, recipe):
    for size in ("laptop", "full"):
        other = make_recipe(seeds=(len(size),), stack=1)
        type(other).objects.filter(pk=other.pk).update(preset=f"tiny.{size}.toml", size=size, title=f"The {size} one")
    page = shown(client, other.get_absolute_url())
    assert 'The laptop one</a> <span class="tag">laptop size</span>' in page
    assert recipe.get_absolute_url() not in page
    problem = shown(client, f"/problems/{recipe.problem.number}/")
    assert "laptop size" in problem and "full size" in problem


def test_notes_are_markdown_with_maths_and_cannot_run(client, recipe):
    noted = 'notes = "A *note* on $x^2$ <script>alert(1)</script>"\n' + recipe.toml
    page = shown(client, submit_recipe(author=None, toml=noted).get_absolute_url())
    assert "<em>note</em>" in page
    assert "<msup>" in page
    assert "<script>alert" not in page


def test_a_fork_says_what_differs_from_its_parent(client, recipe, bob):
    toml = recipe.toml.replace("d_mlp = 8", "d_mlp = 16").replace("[0, 1]", "[0, 1, 2, 3, 4]")
    fork = submit_recipe(author=bob, toml=toml, forked_from=recipe)
    page = shown(client, fork.get_absolute_url())
    assert '<th scope="row" class="mono">model.d_mlp</th><td class="mono">8</td><td class="mono">16</td>' in page
    assert '<td class="mono">0-4</td>' in page
    assert "model.d_model</th>" not in page
    assert fork.get_absolute_url() in shown(client, recipe.get_absolute_url())


def test_a_fork_that_changes_only_words_says_so(client, recipe):
    fork = submit_recipe(author=None, toml=recipe.toml.replace("Tiny", "Small"), forked_from=recipe)
    assert "Nothing that matters" in shown(client, fork.get_absolute_url())


def test_the_wall_shows_each_run_with_its_headline(client, ended):
    page = shown(client, "/experiments/")
    assert f"Run {ended.pk}: Tiny addition" in page
    assert f"test loss of run {ended.pk} over training" in page
    assert "<polyline" in page


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({}, 1),
        ({"task": "modular-addition"}, 1),
        ({"task": "previous-token"}, 0),
        ({"state": "queued"}, 1),
        ({"state": "failed"}, 0),
        ({"category": "5"}, 1),
        ({"category": "77"}, 1),
        ({"difficulty": "B"}, 1),
        ({"difficulty": "C"}, 1),
        ({"difficulty": "D"}, 0),
        ({"state": "no such state", "page": "x"}, 1),
    ],
)
def test_the_wall_is_filtered_by_its_address(client, run, query, n):
    problem = run.recipe.problem
    problem.difficulty_low, problem.difficulty_high = "B", "C"
    problem.save()
    assert client.get("/experiments/", query).context["page"].paginator.count == n


def test_an_empty_wall_says_what_to_do(client, db):
    assert "Nothing has run yet" in shown(client, "/experiments/")
    assert "No run matches" in shown(client, "/experiments/", state="failed")


def test_more_runs_on_the_wall_cost_no_more_queries(client, alice, django_assert_num_queries):
    submit_run(recipe=make_recipe(alice), submitter=alice)
    with django_assert_num_queries(4):
        client.get("/experiments/")
    for _ in range(5):
        submit_run(recipe=make_recipe(alice), submitter=alice)
    with django_assert_num_queries(4):
        client.get("/experiments/")


def test_compared_runs_show_only_what_differs(client, alice):
    runs = [make_run(alice, steps=steps) for steps in (100, 200)]
    page = shown(client, "/compare/", runs=",".join(str(run.pk) for run in runs))
    assert '<th scope="row" class="mono">training.steps</th><td class="mono">100</td><td class="mono">200</td>' in page
    assert "task.modulus" not in page


def test_compared_curves_share_a_figure(client, alice, bob):
    runs = [make_run(alice), make_run(alice)]
    for run in runs:
        Training(run.shards.get(), bob).measure((0, 0, 4.0 + run.pk), (1, 0, 6.0 + run.pk))
    answer = client.get("/compare/curves/", {"runs": f"{runs[1].pk},{runs[0].pk}"}).json()
    medians = answer["figures"]["loss"]["data"][2::3]
    assert [trace["name"] for trace in medians] == [f"run {r.pk}, test" for r in reversed(runs)]
    assert [trace["y"] for trace in medians] == [[5.0 + run.pk] for run in reversed(runs)]
    assert len({trace["line"]["color"] for trace in medians}) == 2


def test_a_run_is_compared_with_itself_once_and_junk_is_passed_over(client, run):
    asked = f"{run.pk},{run.pk},x,-3,999,{'9' * 30}"
    assert client.get("/compare/", {"runs": asked}).context["runs"] == [run]
    assert "None of these numbers is a run" in shown(client, "/compare/", runs="x")


def test_at_most_fifty_runs_are_compared(client, alice):
    make_problem()
    recipe = submit_recipe(author=alice, toml=recipe_toml())
    runs = [submit_run(recipe=recipe, submitter=alice) for _ in range(51)]
    asked = ",".join(str(run.pk) for run in runs)
    assert client.get("/compare/", {"runs": asked}).context["runs"] == runs[:50]
