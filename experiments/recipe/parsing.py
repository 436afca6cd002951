"""From text to a recipe, with every error at once: dotted field, offending value, what is allowed, line in the TOML."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import JsonValue, ValidationError

from experiments.recipe.errors import InvalidRecipe, RecipeError, readable_errors
from experiments.recipe.expectations import is_among, written
from experiments.recipe.recipe import MAX_POINTS, Recipe, at_point, point_data
from experiments.recipe.toml_lines import line_of, lines_of_fields

MAX_RECIPE_BYTES = 64 * 1024
SWEPT_PARTS = ("model", "task", "training")
SWEPT_LISTS = ("interventions", "measures", "analyses")


def recipe_from_toml(text: str) -> Recipe:
    """Parse and check a recipe. Raises InvalidRecipe."""
    if len(text.encode("utf-8", errors="surrogatepass")) > MAX_RECIPE_BYTES:
        raise InvalidRecipe([RecipeError("", f"a recipe is at most {MAX_RECIPE_BYTES // 1024} KiB of TOML")])
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # plain ValueError: a number of thousands of digits
        raise InvalidRecipe([_syntax_error(error)]) from error
    try:
        return recipe_from_data(data)
    except InvalidRecipe as error:
        lines = lines_of_fields(text)
        raise InvalidRecipe([replace(e, line=line_of(e.field, lines)) for e in error.errors]) from error


def recipe_from_data(data: Any) -> Recipe:
    """Check a recipe given as plain data (parsed JSON or TOML). Raises InvalidRecipe."""
    recipe = point_from_data(data)
    if errors := [*_sweep_errors(recipe), *_where_errors(recipe)]:
        raise InvalidRecipe(errors)
    return recipe


def point_from_data(data: Any) -> Recipe:
    """The recipe of one grid point: its expectations may name fields of a sweep that is gone. Raises InvalidRecipe."""
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise InvalidRecipe(readable_errors(error.errors(), data, Recipe)) from error


def _sweep_errors(recipe: Recipe) -> list[RecipeError]:
    """Every grid point must be a valid recipe; each swept value is tried on its own first, to name the culprit."""
    if recipe.n_points > MAX_POINTS:
        return [RecipeError("sweep", "the grid has too many points", recipe.n_points, f"at most {MAX_POINTS}")]
    errors: list[RecipeError] = []
    for dotted, values in recipe.sweep.items():
        if not _can_be_swept(recipe, dotted):
            allowed = ", ".join(_swept_fields(recipe))
            errors.append(RecipeError(f"sweep.{dotted}", "this field cannot be swept", dotted, allowed))
            continue
        for value in values:
            errors += _point_errors(recipe, {dotted: value}, f"sweep.{dotted}")
    if errors or len(recipe.sweep) < 2:
        return errors
    for overrides in recipe.points():
        if errors := _point_errors(recipe, overrides, "sweep"):
            return errors
    return []


def _can_be_swept(recipe: Recipe, dotted: str) -> bool:
    part, *rest = dotted.split(".")
    if part in SWEPT_LISTS:
        place, *rest = rest or [""]
        return place.isdecimal() and int(place) < len(getattr(recipe, part)) and all(rest) and bool(rest)
    return part in SWEPT_PARTS and all(rest) and bool(rest)


def _swept_fields(recipe: Recipe) -> Iterator[str]:
    yield from (f"{part}.FIELD" for part in SWEPT_PARTS)
    for part in SWEPT_LISTS:
        if last := len(getattr(recipe, part)):
            yield f"{part}.0.FIELD" if last == 1 else f"{part}.0.FIELD to {part}.{last - 1}.FIELD"


def _where_errors(recipe: Recipe) -> Iterator[RecipeError]:
    """An expectation is limited to grid points that there are."""
    for index, expectation in enumerate(recipe.expect):
        field = f"expect.{index}.where"
        for dotted in expectation.where:
            if dotted not in recipe.sweep:
                known = ", ".join(recipe.sweep) or "none, for this recipe has no sweep"
                yield RecipeError(field, f"{dotted} is not swept", dotted, known)
                continue
            tried = recipe.sweep[dotted]
            for value in expectation.values_of(dotted):
                if not is_among(value, tried):
                    said = f"the sweep does not try {dotted} = {written(value)}"
                    yield RecipeError(field, said, value, ", ".join(map(written, tried)))


def _point_errors(recipe: Recipe, overrides: dict[str, JsonValue], field: str) -> list[RecipeError]:
    try:
        at_point(recipe, overrides)
    except ValidationError as error:
        point = ", ".join(f"{name} = {value!r}" for name, value in overrides.items())
        found = readable_errors(error.errors(), point_data(recipe, overrides), Recipe)
        return [replace(e, field=field, message=f"at {point}: {e.field} {e.message}") for e in found]
    except LookupError:
        return [RecipeError(field, "there is no such field here")]
    return []


def _syntax_error(error: Exception) -> RecipeError:
    found = re.search(r"at line (\d+)", str(error))
    reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return RecipeError("", f"not valid TOML: {reason}", line=int(found[1]) if found else None)
