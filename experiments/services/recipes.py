"""Recipes in, checked and kept as they were given."""

from pathlib import Path

import tomlkit
from django.db import transaction
from pydantic import JsonValue

from experiments.models import SubmittedRecipe
from experiments.recipe import InvalidRecipe, Recipe, RecipeError, recipe_digest, recipe_from_toml, resolve
from experiments.recipe.budget import budget_of
from experiments.recipe.dotted import value_at
from experiments.recipe.engine import vocabulary_digest
from experiments.recipe.toml_lines import lines_of_fields
from experiments.services.laptop_times import laptop_time, renew_measured
from experiments.services.starts import check_start
from problems.models import Problem, User
from problems.services.listed import relist

PRESETS = Path(__file__).resolve().parent.parent / "presets"


def checked_recipe(toml: str) -> tuple[Recipe, Problem]:
    """The recipe and the problem it is about. Raises InvalidRecipe with everything that is wrong."""
    recipe = recipe_from_toml(toml)
    check_start(recipe, toml=toml)
    return recipe, problem_of(recipe, line=lines_of_fields(toml).get("problem"))


def problem_of(recipe: Recipe, *, line: int | None = None) -> Problem:
    if "\\u0000" in recipe.model_dump_json():
        raise InvalidRecipe([RecipeError("", "the character NUL cannot be stored")])
    problem = Problem.objects.filter(number=recipe.problem).first()
    if problem is None:
        raise InvalidRecipe([RecipeError("problem", "there is no problem with this number", recipe.problem, line=line)])
    return problem


@transaction.atomic
def submit_recipe(
    *,
    author: User | None,
    toml: str,
    forked_from: SubmittedRecipe | None = None,
    preset: str = "",
    size: str = "",
) -> SubmittedRecipe:
    """Keep a recipe. Raises InvalidRecipe."""
    recipe, problem = checked_recipe(toml)
    seconds, rests_on = laptop_time(toml, budget_of(recipe))
    kept = SubmittedRecipe.objects.create(
        title=recipe.title,
        problem=problem,
        author=author,
        toml=toml,
        resolved=resolved_data(recipe),
        digest=recipe_digest(recipe),
        vocabulary=vocabulary_digest(),
        forked_from=forked_from,
        preset=preset,
        size=size,
        laptop_seconds=seconds,
        laptop_rests_on=rests_on,
    )
    relist(problem.pk)
    return kept


def resolved_data(recipe: Recipe) -> dict[str, JsonValue]:
    """With every default written out, except in a part whose kind the sweep varies: what one kind has by default is a
    field that the next one does not know."""
    data: dict[str, JsonValue] = resolve(recipe).model_dump(mode="json")
    given = recipe.model_dump(mode="json", exclude_unset=True)
    for dotted in recipe.sweep:
        part, _, field = dotted.rpartition(".")
        if field == "name":
            varied = value_at(data, part)
            varied.clear()
            varied.update(value_at(given, part))
    return data


def load_presets(folder: Path = PRESETS) -> list[SubmittedRecipe]:
    """Keep every shipped recipe, NAME.SIZE.toml. One whose file changed becomes a new recipe, a fork of the old one,
    whose runs stay what they were. The recipes that were added."""
    added = (_load_preset(path) for path in sorted(folder.glob("*.toml")))
    return [recipe for recipe in added if recipe is not None]


def _load_preset(path: Path) -> SubmittedRecipe | None:
    toml = path.read_text(encoding="utf-8")
    with transaction.atomic():
        known = SubmittedRecipe.objects.select_for_update().filter(preset=path.stem).first()
        if known and known.toml == toml:
            renew_measured(known)
            return None
        if known:
            SubmittedRecipe.objects.filter(pk=known.pk).update(preset="")
        return submit_recipe(
            author=None,
            toml=toml,
            forked_from=known,
            preset=path.stem,
            size=path.stem.rpartition(".")[2],
        )


def toml_of(recipe: Recipe) -> str:
    """A recipe that came as data, as text: what was left out stays out."""
    return tomlkit.dumps(recipe.model_dump(mode="json", exclude_unset=True, exclude_none=True))
