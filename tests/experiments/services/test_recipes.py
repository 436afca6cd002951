"""Recipes in, and the shipped ones."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from experiments.models import SubmittedRecipe
from experiments.recipe import InvalidRecipe, at_point, recipe_digest, recipe_from_data, recipe_from_toml
from experiments.services.recipes import PRESETS, load_presets, resolved_data, submit_recipe, toml_of
from problems.models import User
from tests.experiments.making import make_problem, make_problems_of_presets, make_recipe, recipe_toml

pytestmark = pytest.mark.django_db


def test_recipe_is_kept_as_given_with_its_digest(alice: User) -> None:
    recipe = make_recipe(alice)
    assert recipe.toml == recipe_toml()
    assert recipe.digest == recipe_digest(recipe.recipe)
    assert recipe.resolved["model"]["d_head"] == 4


def test_problem_that_is_not_there_is_named(alice: User) -> None:
    with pytest.raises(InvalidRecipe) as refused:
        submit_recipe(author=alice, toml=recipe_toml())
    (error,) = refused.value.errors
    assert (error.field, error.value, error.message) == ("problem", "5.3", "there is no problem with this number")
    assert not SubmittedRecipe.objects.exists()


def test_text_no_database_holds_is_refused(alice: User) -> None:
    make_problem()
    with pytest.raises(InvalidRecipe, match="NUL"):
        submit_recipe(author=alice, toml=recipe_toml().replace("Tiny", r"Tiny\u0000"))


def test_recipe_given_as_data_reads_back_as_the_same_experiment(alice: User) -> None:
    recipe = make_recipe(alice, sweep='[sweep]\n"task.modulus" = [5, 7]\n').recipe
    again = submit_recipe(author=alice, toml=toml_of(recipe))
    assert again.recipe == recipe


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_recipe_reads_back_from_what_is_kept_of_it(path: Path) -> None:
    recipe = recipe_from_toml(path.read_text(encoding="utf-8"))
    again = recipe_from_data(json.loads(json.dumps(resolved_data(recipe))))
    assert recipe_digest(again) == recipe_digest(recipe)
    assert [at_point(again, o) for o in again.points()] == [at_point(recipe, o) for o in recipe.points()]


def test_shipped_recipes_load_once(capsys: pytest.CaptureFixture[str]) -> None:
    for path in PRESETS.glob("*.toml"):
        number = next(line for line in path.read_text().splitlines() if line.startswith("problem")).split('"')[1]
        make_problem(*map(int, number.split(".")))
    call_command("load_presets")
    assert "grokking-modular-addition.laptop" in capsys.readouterr().out
    found = SubmittedRecipe.objects.starters()
    assert found.count() == len(list(PRESETS.glob("*.toml")))
    assert set(found.values_list("size", flat=True)) <= {"laptop", "full"}
    assert load_presets() == []


def test_every_shipped_recipe_reads_back_at_each_of_its_grid_points() -> None:
    make_problems_of_presets()
    for kept in load_presets():
        given, read = recipe_from_toml(kept.toml), kept.recipe
        for overrides in given.points():
            assert at_point(read, overrides) == at_point(given, overrides), (kept.preset, overrides)


def test_changed_preset_becomes_a_fork_and_the_old_one_stays(tmp_path: Path) -> None:
    make_problem()
    preset = tmp_path / "tiny.laptop.toml"
    preset.write_text(recipe_toml(steps=100))
    (old,) = load_presets(tmp_path)
    preset.write_text(recipe_toml(steps=200))
    (new,) = load_presets(tmp_path)
    old.refresh_from_db()
    assert (old.preset, new.preset, new.forked_from) == ("", "tiny.laptop", old)
