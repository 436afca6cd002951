"""However a recipe was made, it is valid or refused with its errors, and what is valid can be kept, shown and queued.

A few hundred here; CIRCUITBOARD_GENERATED_RECIPES=100000 asks for as many as `design.md` wants, which takes a processor
half an hour.
"""

import json
import os
import random
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from experiments.models import Run
from problems.models import User
from tests.experiments.api.generated_recipes import Generator
from tests.experiments.making import make_problem, make_worker

pytestmark = pytest.mark.django_db

N_RECIPES = int(os.environ.get("CIRCUITBOARD_GENERATED_RECIPES", "300"))
SEED = int(os.environ.get("CIRCUITBOARD_GENERATED_SEED", str(random.randrange(10**6))))
ONE_IN = max(4, N_RECIPES // 3000)  # so many of the valid ones are also submitted and shown


def sent(client: Client, address: str, recipe: dict[str, Any]) -> Any:
    return client.post(address, json.dumps({"recipe": recipe}), content_type="application/json")


def is_valid(client: Client, recipe: dict[str, Any]) -> bool:
    answer = sent(client, "/api/recipes/check/", recipe)
    said = answer.json()
    assert (answer.status_code, bool(said.get("errors"))) != (200, bool(said.get("digest"))), said
    assert answer.status_code == 200 or (answer.status_code, said["code"]) == (422, "invalid"), said
    assert all(error["field"] is not None and error["message"] for error in said.get("errors", []))
    return answer.status_code == 200 and not said["errors"]


def carry_through(client: Client, recipe: dict[str, Any]) -> str:
    """Keep it, read it back, look at its page, run it, and look at that. Nothing of it stays."""
    with transaction.atomic():
        kept = sent(client, "/api/recipes/", recipe)
        if kept.status_code != 201:
            return f"not kept: {kept.json()['code']}"
        number = kept.json()["id"]
        assert client.get(f"/recipes/{number}/").status_code == 200
        assert client.post("/recipes/draft/", {"toml": kept.json()["toml"]}).status_code == 200
        run = client.post(f"/api/recipes/{number}/runs/")
        if run.status_code == 201:
            assert client.get(Run.objects.get(pk=run.json()["id"]).get_absolute_url()).status_code == 200
        transaction.set_rollback(True)
    return "queued" if run.status_code == 201 else run.json()["code"]


def test_no_generated_recipe_is_more_than_refused(alice: User, client: Client) -> None:
    print(f"\n{N_RECIPES} recipes, seed {SEED}")
    client.force_login(alice)
    make_problem()
    make_worker(alice)
    generator, ends = Generator(SEED), Counter[str]()
    for number in range(N_RECIPES):
        recipe = generator.draw()
        try:
            end = "valid" if is_valid(client, recipe) else "refused"
            if end == "valid" and ends["valid"] % ONE_IN == 0:
                ends[carry_through(client, recipe)] += 1
        except Exception as error:
            error.add_note(f"recipe {number} of seed {SEED}: {recipe!r}")
            raise
        ends[end] += 1
    print(dict(ends))
    assert ends["valid"] > N_RECIPES / 10 and ends["refused"] > N_RECIPES / 10 and ends["queued"]
