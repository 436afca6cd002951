"""The recipe editor: what it begins with, what it says, and what it saves and starts."""

import pytest

from experiments.models import Run, SubmittedRecipe
from experiments.services.recipes import load_presets
from tests.experiments.making import make_problem, make_problems_of_presets, recipe_toml

pytestmark = pytest.mark.django_db


def post(client, toml, action, **fields):
    return client.post("/recipes/new/", {"toml": toml, "action": action} | fields)


def draft(client, toml, **fields):
    return client.post("/recipes/draft/", {"toml": toml} | fields).content.decode()


def test_it_begins_with_the_starter_of_the_problem(client):
    make_problems_of_presets()
    load_presets()
    starter = SubmittedRecipe.objects.starters().filter(problem__number="5.3").get(size="laptop")
    assert starter.title in client.get("/recipes/new/?problem=5.3").context["draft"].text


def test_it_begins_with_a_small_recipe_where_there_is_none(client, db):
    text = client.get("/recipes/new/?problem=5.3").context["draft"].text
    assert 'problem = "5.3"' in text
    assert "[[measures]]" in text


def test_a_fork_begins_with_its_parent_and_remembers_it(as_alice, recipe):
    shown = as_alice.get(f"/recipes/new/?fork={recipe.pk}")
    assert shown.context["draft"].text == recipe.toml
    post(as_alice, recipe.toml.replace("steps = 100", "steps = 50"), "save", fork=recipe.pk)
    assert SubmittedRecipe.objects.get(forked_from=recipe).recipe.training.steps == 50


@pytest.mark.parametrize("fork", ["999", "x", "-1"])
def test_an_unknown_fork_is_not_found(client, db, fork):
    assert client.get(f"/recipes/new/?fork={fork}").status_code == 404


@pytest.mark.parametrize("action", ["check", "save", "run"])
def test_every_error_is_listed_with_field_value_and_line(as_alice, recipe, action):
    bad = recipe.toml.replace("modulus = 7", "modulus = 1").replace("d_model = 8", 'd_model = "wide"')
    answer = post(as_alice, bad, action)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "2 things to mend" in shown
    assert "must be at least 3, not 1" in shown
    assert 'data-line="9"' in shown
    assert "model.d_model" in shown
    assert SubmittedRecipe.objects.count() == 1


def test_a_problem_that_does_not_exist_is_an_error_of_its_field(as_alice, recipe):
    answer = post(as_alice, recipe.toml.replace('"5.3"', '"5.99"'), "save")
    assert [error.field for error in answer.context["draft"].errors] == ["problem"]


def test_a_huge_text_is_refused_kindly(as_alice, db):
    answer = post(as_alice, "a" * 2_000_000, "save")
    assert answer.status_code == 422
    assert "at most 64 KiB" in answer.content.decode()


def test_checking_a_good_recipe_stores_nothing(client, recipe):
    answer = post(client, recipe.toml, "check")
    assert answer.status_code == 200
    assert "Ready to run" in answer.content.decode()
    assert SubmittedRecipe.objects.count() == 1


def test_running_saves_and_starts(as_alice, alice):
    make_problem()
    answer = post(as_alice, recipe_toml(), "run")
    run = Run.objects.get()
    assert answer.url == run.get_absolute_url()
    assert (run.submitter, run.recipe.author) == (alice, alice)


def test_saving_starts_nothing(as_alice, db):
    make_problem()
    answer = post(as_alice, recipe_toml(), "save")
    assert answer.url == SubmittedRecipe.objects.get().get_absolute_url()
    assert not Run.objects.exists()


def test_the_same_experiment_is_shown_before_it_runs_again(as_alice, run):
    same = run.recipe.toml.replace("Tiny addition", "Another title")
    answer = post(as_alice, same, "run")
    assert answer.status_code == 409
    assert f"Look at run {run.pk}" in answer.content.decode()
    assert Run.objects.count() == 1
    post(as_alice, same, "run-anyway")
    assert Run.objects.count() == 2


def test_a_run_beyond_the_quota_is_saved_and_told(as_alice, settings):
    make_problem()
    settings.LIVE_SHARDS_PER_USER = 0
    shown = as_alice.get(post(as_alice, recipe_toml(), "run").url)
    assert "0 are used; allowed: 0." in shown.content.decode()
    assert SubmittedRecipe.objects.count() == 1


def test_a_stranger_is_asked_to_sign_in(client, recipe):
    answer = post(client, recipe.toml, "save")
    assert answer.url.startswith("/accounts/login/?next=/recipes/new/")
    assert SubmittedRecipe.objects.count() == 1


def test_a_change_in_the_form_comes_back_as_text_and_verdict(client, recipe):
    shown = draft(client, recipe.toml, change="set", path="task.modulus", value="1")
    assert "modulus = 1" in shown
    assert 'data-field="task.modulus"' in shown
    assert 'id="recipe-form"' not in shown


def test_another_task_brings_its_own_fields(client, recipe):
    shown = draft(client, recipe.toml, change="set", path="task.name", value="previous-token")
    assert 'id="f-task.vocabulary"' in shown


def test_typing_in_the_text_brings_the_form_along(client, recipe):
    shown = draft(client, recipe.toml.replace("modulus = 7", "modulus = 11"))
    assert 'id="f-task.modulus" class="mono" value="11"' in shown
    assert 'id="toml"' not in shown


def test_a_switch_that_is_off_is_false(client, recipe):
    shown = draft(client, recipe.toml, change="set", path="model.causal", unchecked="false")
    assert "causal = false" in shown


def test_text_that_is_no_toml_leaves_the_form_alone(client, recipe):
    shown = draft(client, "[task", change="set", path="title", value="x")
    assert "not valid TOML" in shown
    assert 'id="recipe-form"' not in shown


def test_a_change_that_has_no_place_is_told(client, recipe):
    assert "change the TOML" in draft(client, recipe.toml, change="remove", path="measures.99", value="")
