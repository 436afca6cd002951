"""What differs between recipes, field by field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from experiments.recipe import Recipe
from experiments.recipe.recipe import content


@dataclass(frozen=True)
class Difference:
    field: str  # dotted
    values: list[JsonValue]  # one per recipe; None where the recipe has no such field


def differences(recipes: Sequence[Recipe]) -> list[Difference]:
    """The fields in which not all recipes agree, in the order of the vocabulary; what only describes is left out."""
    flat = [dict(_fields("", content(recipe))) for recipe in recipes]
    names = dict.fromkeys(name for fields in flat for name in fields)
    compared = (Difference(name, [fields.get(name) for fields in flat]) for name in names)
    return [difference for difference in compared if any(v != difference.values[0] for v in difference.values)]


def _fields(path: str, value: Any) -> Iterator[tuple[str, JsonValue]]:
    """The leaves of a resolved recipe; a list of plain values is one leaf."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(f"{path}.{name}".strip("."), inner)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for place, inner in enumerate(value):
            yield from _fields(f"{path}.{place}", inner)
    else:
        yield path, value
