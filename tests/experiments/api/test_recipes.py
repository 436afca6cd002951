"""Recipes over HTTP: the vocabulary, a check, submission, lists."""

import pytest
from django.core.management import call_command

from experiments.models import Run, SubmittedRecipe, Worker
from experiments.recipe import recipe_digest
from experiments.services.finishing import finish_shard
from tests.experiments.api.conftest import Caller
from tests.experiments.making import claim, make_problem, make_recipe, recipe_toml, succeeded

pytestmark = pytest.mark.django_db


def test_schema_of_recipes_is_served(stranger: Caller) -> None:
    schema = stranger.get("/api/schema/recipe/").json()
    assert {"task", "model", "training", "sweep", "expect"} <= set(schema["properties"])


def test_check_tells_every_error_at_once_with_its_line(stranger: Caller) -> None:
    make_problem()
    toml = recipe_toml().replace("modulus = 7", "modulus = -7").replace("steps = 100", 'steps = "many"')
    found = stranger.post("/api/recipes/check/", {"toml": toml}).json()["errors"]
    assert [(e["field"], e["value"]) for e in found] == [("task.modulus", -7), ("training.steps", "many")]
    assert [toml.splitlines()[e["line"] - 1] for e in found] == ["modulus = -7", 'steps = "many"']


def test_check_of_a_good_recipe_tells_cost_advice_and_known_runs(stranger: Caller, run: Run, worker: Worker) -> None:
    finish_shard(lease=(granted := claim(run.shards.get(), worker)).lease, outcome=succeeded(granted))
    found = stranger.post("/api/recipes/check/", {"toml": recipe_toml()}).json()
    assert (found["errors"], found["known_runs"]) == ([], [run.pk])
    assert found["digest"] == recipe_digest(run.recipe.recipe)
    assert found["budget"]["n_shards"] == 1 and found["budget"]["seconds"] > 0 and found["budget"]["fits_a_worker"]
    assert any("use at least three" in advice for advice in found["advice"])
    assert SubmittedRecipe.objects.count() == 1


def test_recipe_given_as_toml_or_as_data_is_the_same(as_alice: Caller) -> None:
    make_problem()
    by_toml = as_alice.post("/api/recipes/", {"toml": recipe_toml()})
    assert by_toml.status_code == 201
    data = {key: value for key, value in by_toml.json()["resolved"].items() if value not in (None, {}, [])}
    by_data = as_alice.post("/api/recipes/", {"recipe": data, "forked_from": by_toml.json()["id"]})
    assert by_data.status_code == 201, by_data.json()
    assert by_data.json()["digest"] == by_toml.json()["digest"]
    assert by_data.json()["forked_from"] == by_toml.json()["id"]


@pytest.mark.parametrize("body", [{}, {"toml": "x", "recipe": {}}, {"toml": 5}, {"toml": "x", "more": 1}, b"[]", b"{"])
def test_body_that_is_no_recipe_is_refused(body: dict[str, object] | bytes, as_alice: Caller) -> None:
    refused = as_alice.post("/api/recipes/", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert set(refused.json()) == {"code", "detail", "fields"}


def test_unknown_parent_is_refused(as_alice: Caller) -> None:
    make_problem()
    refused = as_alice.post("/api/recipes/", {"toml": recipe_toml(), "forked_from": 2**70})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["forked_from"])


def test_run_is_queued_and_says_what_it_waits_for(as_alice: Caller) -> None:
    recipe = make_recipe()
    made = as_alice.post(f"/api/recipes/{recipe.pk}/runs/")
    assert made.status_code == 201
    body = made.json()
    assert (body["state"], body["submitter"], body["place_in_queue"]) == ("queued", "alice", 0)
    assert body["why_it_waits"].startswith("No worker of any class is connected")
    assert body["shards"][0]["seeds"] == [0, 1]


def test_lists_are_filtered_and_paged(stranger: Caller, run: Run) -> None:
    make_recipe()
    assert stranger.get("/api/recipes/", limit=1).json()["count"] == 2
    assert [r["author"] for r in stranger.get("/api/recipes/", author="alice").json()["results"]] == ["alice"]
    assert stranger.get("/api/recipes/", starter="true").json()["count"] == 0
    found = stranger.get("/api/runs/", problem="5.3", state="queued").json()["results"]
    assert [r["id"] for r in found] == [run.pk]
    assert stranger.get("/api/runs/", submitter="bob").json()["results"] == []


@pytest.mark.parametrize("query", [{"state": "late"}, {"recipe": "x"}, {"problem": "\x00"}, {"recipe": "9" * 40}])
def test_filter_that_makes_no_sense_is_refused(query: dict[str, str], stranger: Caller) -> None:
    refused = stranger.get("/api/runs/", **query)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, list(query))


def test_description_of_the_api_is_complete(stranger: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--fail-on-warn")
    described = capsys.readouterr().out
    for path in ("recipes/check/", "recipes/{id}/runs/", "runs/{id}/measurements/", "tokens/"):
        assert f"/api/{path}" in described
    assert stranger.get("/api/schema/").status_code == 200
