"""From text to a recipe, with every error at once: dotted field, offending value, what is allowed, line in the TOML."""

import re
import tomllib
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from experiments.recipe.recipe import MAX_POINTS, Recipe, at_point

MAX_RECIPE_BYTES = 64 * 1024

SWEEPABLE = frozenset({"task", "model", "training"})


@dataclass(frozen=True)
class RecipeError:
    """One thing wrong with a recipe."""

    field: str  # dotted, such as "task.modulus"; empty for the whole
    message: str
    value: JsonValue = None
    allowed: str = ""
    line: int | None = None  # 1-based, in the TOML

    def as_json(self) -> dict[str, JsonValue]:
        return asdict(self)


class InvalidRecipe(ValueError):
    """Carries every error found."""

    def __init__(self, errors: list[RecipeError]) -> None:
        super().__init__("; ".join(f"{e.field or 'recipe'}: {e.message}" for e in errors))
        self.errors = errors


def recipe_from_toml(text: str) -> Recipe:
    """Parse and check a recipe. Raises InvalidRecipe."""
    if len(text.encode()) > MAX_RECIPE_BYTES:
        raise InvalidRecipe([RecipeError("", f"a recipe is at most {MAX_RECIPE_BYTES // 1024} KiB of TOML")])
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidRecipe([_syntax_error(str(error))]) from error
    lines = lines_of_fields(text)
    try:
        return recipe_from_data(data)
    except InvalidRecipe as error:
        located = [RecipeError(**(asdict(e) | {"line": _line(e.field, lines)})) for e in error.errors]
        raise InvalidRecipe(located) from error


def recipe_from_data(data: Any) -> Recipe:
    """Check a recipe given as plain data (parsed JSON or TOML). Raises InvalidRecipe."""
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        raise InvalidRecipe([_readable(details, data) for details in error.errors()]) from error
    errors = _sweep_errors(recipe)
    if errors:
        raise InvalidRecipe(errors)
    return recipe


def _sweep_errors(recipe: Recipe) -> list[RecipeError]:
    """Every grid point must be a valid recipe; each swept value is tried on its own first, to name the culprit."""
    if recipe.n_points > MAX_POINTS:
        return [RecipeError("sweep", "the grid has too many points", recipe.n_points, f"at most {MAX_POINTS}")]
    errors: list[RecipeError] = []
    for dotted, values in recipe.sweep.items():
        if dotted.split(".")[0] not in SWEEPABLE or dotted.count(".") != 1:
            allowed = " or ".join(f"{name}.FIELD" for name in sorted(SWEEPABLE))
            errors.append(RecipeError(f"sweep.{dotted}", "this field cannot be swept", dotted, allowed))
            continue
        for value in values:
            errors += _point_errors(recipe, {dotted: value}, f"sweep.{dotted}")
    if errors or len(recipe.sweep) < 2:
        return errors
    for overrides in recipe.points():
        errors = _point_errors(recipe, overrides, "sweep")
        if errors:
            return errors
    return []


def _point_errors(recipe: Recipe, overrides: dict[str, JsonValue], field: str) -> list[RecipeError]:
    try:
        at_point(recipe, overrides)
    except ValidationError as error:
        point = ", ".join(f"{name} = {value}" for name, value in overrides.items())
        found = [_readable(details, None) for details in error.errors()]
        return [
            RecipeError(field, f"at {point}: {e.message}", next(iter(overrides.values())), e.allowed) for e in found
        ]
    return []


def _readable(details: ErrorDetails, data: Any) -> RecipeError:
    """Pydantic's error with our dotted path: union branches and discriminators are not part of the field's name."""
    path: list[str] = []
    here = data
    for part in details["loc"]:
        if isinstance(here, dict) and (part in here or details["type"] == "missing" and part == details["loc"][-1]):
            path.append(str(part))
            here = here.get(part)
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            path.append(str(part))
            here = here[part]
        elif data is None and not path_is_branch(part):
            path.append(str(part))
    message = details["msg"].removeprefix("Value error, ")
    field = ".".join(path)
    prefix = re.match(r"^([a-z_]+(?:\.[a-z_0-9]+)*): (.*)$", message, re.DOTALL)
    if details["type"] == "value_error" and prefix:
        field, message = ".".join(filter(None, [field, prefix[1]])), prefix[2]
    value = details["input"] if isinstance(details["input"], str | int | float | bool) else None
    return RecipeError(field, message, value, _allowed(details))


def path_is_branch(part: int | str) -> bool:
    """Whether a part of pydantic's location names a branch of a union rather than a field."""
    return isinstance(part, str) and not re.fullmatch(r"[a-z_][a-zA-Z_0-9]*", part)


def _allowed(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    if "expected_tags" in context:
        return str(context["expected_tags"])
    if "expected" in context:
        return str(context["expected"])
    bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return ", ".join(f"{word} {context[name]}" for name, word in bounds.items() if name in context)


def _syntax_error(message: str) -> RecipeError:
    found = re.search(r"at line (\d+)", message)
    return RecipeError("", f"not valid TOML: {message}", line=int(found[1]) if found else None)


def lines_of_fields(text: str) -> dict[str, int]:
    """The 1-based line of each table and key of a TOML text, by dotted path; arrays of tables count from 0."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            table = _bare(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}.{counts[table]}"
            lines.setdefault(table, number)
        elif key := re.match(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*=", line):
            lines.setdefault(".".join(filter(None, [table, _bare(key[1])])), number)
    return lines


def _bare(key: str) -> str:
    return re.sub(r"[\"'\s]", "", key)


def _line(field: str, lines: dict[str, int]) -> int | None:
    """The line of a field, or of the closest table around it."""
    while field:
        if field in lines:
            return lines[field]
        field = field.rpartition(".")[0]
    return None
