"""What one property of the recipe's JSON Schema asks of an input: its kind, bounds, allowed values and default."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from experiments.recipe import Recipe

Kind = Literal["line", "prose", "number", "word or number", "choice", "switch", "list", "choices", "pairs"]
Json = dict[str, Any]

PROSE_LENGTH = 1000  # text that may be longer than this gets a box of several lines


@cache
def recipe_schema() -> Json:
    return Recipe.model_json_schema()


def resolved(schema: Json) -> Json:
    """The definition a schema refers to, with what is said beside the reference put over it."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    definition: Json = recipe_schema()["$defs"][name]
    return definition | {key: value for key, value in schema.items() if key != "$ref"}


def empty_table(schema: Json) -> Json:
    """What a table holds as long as the recipe does not mention it, where that differs from its fields' defaults."""
    if "discriminator" in schema:
        return {"name": schema["default"]["name"]} if "default" in schema else {}
    return {name: value for name, value in schema.get("default", {}).items() if value not in (None, [])}


def members_of(schema: Json) -> dict[str, Json]:
    """The members of a union by their name; one unnamed member for a plain table."""
    if "discriminator" in schema:
        mapping: dict[str, str] = schema["discriminator"]["mapping"]
        return {name: resolved({"$ref": reference}) for name, reference in mapping.items()}
    table = resolved(schema)
    name = table["properties"].get("name", {}).get("const", "")
    return {name: table}


@dataclass(frozen=True)
class Property:
    """One field of a table, as the schema describes it."""

    kind: Kind
    description: str
    allowed: str
    options: tuple[str, ...]
    default: str  # as TOML writes it; empty when there is none
    is_required: bool
    is_whole: bool  # numbers only: without a fraction


def property_of(schema: Json, *, is_required: bool) -> Property:
    branches = [branch for branch in schema.get("anyOf", [schema]) if branch.get("type") != "null"]
    words = tuple(word for branch in branches for word in _words(branch))
    main = branches[-1] | {key: schema[key] for key in ("description", "default") if key in schema}
    items = main.get("items", {})
    return Property(
        kind=_kind(branches, words),
        description=schema.get("description", ""),
        allowed=_allowed(main, words),
        options=words or _words(items if isinstance(items, dict) else {}),
        default=written(schema.get("default")),
        is_required=is_required,
        is_whole="integer" in (main.get("type"), items.get("type")),
    )


def written(value: Any) -> str:
    """A value as an input shows it: lists with commas or as a span, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return _span(value) or ", ".join(written(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


def written_pairs(value: Any) -> str:
    """A table of single values in one line, as TOML has it between braces."""
    if not isinstance(value, dict):
        return written(value)
    return ", ".join(f"{name} = {json.dumps(item)}" for name, item in value.items())


def _span(values: Sequence[Any]) -> str:
    """Whole numbers without a gap, as the form takes them too: 0-63."""
    if len(values) < 4 or any(type(value) is not int for value in values):
        return ""
    is_whole = list(values) == list(range(values[0], values[0] + len(values)))
    return f"{values[0]}-{values[-1]}" if is_whole and values[0] >= 0 else ""


def _words(schema: Json) -> tuple[str, ...]:
    found = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return tuple(str(word) for word in found)


def _kind(branches: list[Json], words: tuple[str, ...]) -> Kind:
    main = branches[-1]
    if words:
        return "word or number" if main.get("type") in ("integer", "number") else "choice"
    match main.get("type"):
        case "boolean":
            return "switch"
        case "array":
            return "choices" if _words(main.get("items", {})) else "list"
        case "integer" | "number":
            return "number"
        case "object" if "additionalProperties" in main:
            return "pairs"
    return "prose" if main.get("maxLength", 0) > PROSE_LENGTH else "line"


def _allowed(schema: Json, words: tuple[str, ...]) -> str:
    """What may be written, in words: 'a whole number, at least 3, at most 256'."""
    kinds = {"integer": "a whole number", "number": "a number", "array": "values with commas between"}
    kinds |= {"object": "field = value, with commas between"}
    bounds = {
        "minimum": "at least {}",
        "exclusiveMinimum": "more than {}",
        "maximum": "at most {}",
        "exclusiveMaximum": "less than {}",
        "maxLength": "at most {} characters",
        "minItems": "at least {} of them",
        "maxItems": "at most {} of them",
    }
    kind = "" if words and schema.get("type") == "string" else kinds.get(schema.get("type", ""), "")
    limits = [text.format(_readable(schema[key])) for key, text in bounds.items() if key in schema]
    return " or ".join(filter(None, [", ".join(words), ", ".join(filter(None, [kind, *limits]))]))


def _readable(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) and number >= 10_000 else f"{number:g}"
