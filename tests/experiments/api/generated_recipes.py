"""Recipes drawn at random: by the published schema, from the shipped ones with parts exchanged, and with nonsense in.

The schema is walked by hand: drawing from its unions with a general tool takes seconds for each recipe.
"""

import copy
import functools
import random
import tomllib
from typing import Any

from experiments.recipe import Recipe
from experiments.services.recipes import PRESETS

Schema = dict[str, Any]
Place = tuple[Any, Any]  # a dict or list, and a key or index in it

NONSENSE: list[Any] = [
    *(None, "", "\x00", "\ud83d\ude00", "a" * 5000, "5.3", "-1", "nan", True, [], {}, [[]], [None], {"": {}}),
    *(
        0,
        -1,
        1,
        2**31,
        2**63,
        -(2**63) - 1,
        10**30,
        0.5,
        -0.0,
        1e308,
        1e-320,
        float("nan"),
        float("inf"),
        float("-inf"),
    ),
]


class Generator:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._schema = Recipe.model_json_schema()
        self._by_path = dict(self._paths(self._schema, ""))

    def draw(self) -> dict[str, Any]:
        """One recipe; about half of them are valid."""
        how = self._random.random()
        recipe: dict[str, Any] = self._value(self._schema) if how < 0.2 else copy.deepcopy(self._chance(presets()))
        recipe |= {"problem": "5.3"}
        if how < 0.2:
            recipe["seeds"] = recipe["seeds"][:4] if "seeds" in recipe else [0]
        elif how < 0.8:
            for _ in range(self._random.randint(1, 3)):
                self._exchange(recipe)
        if how > 0.7:
            self._spoil(recipe)
        return recipe

    def _chance(self, among: Any) -> Any:
        return self._random.choice(among)

    def _exchange(self, recipe: dict[str, Any]) -> None:
        """A part, or a setting within a part, drawn anew; or a sweep over one."""
        part = self._chance(list(self._schema["properties"]))
        schema = self._resolved(self._schema["properties"][part])
        if part == "sweep":
            paths = self._random.sample(sorted(self._by_path), k=self._random.randint(1, 2))
            recipe["sweep"] = {path: [self._value(self._by_path[path]) for _ in range(2)] for path in paths}
        elif isinstance(recipe.get(part), dict) and "properties" in schema and self._random.random() < 0.6:
            name = self._chance(list(schema["properties"]))
            recipe[part][name] = self._value(schema["properties"][name])
        else:
            recipe[part] = self._value(schema)

    def _spoil(self, recipe: dict[str, Any]) -> None:
        holder, key = self._chance(list(_places(recipe)))
        if self._random.random() < 0.15:
            del holder[key]
        elif isinstance(holder, dict) and self._random.random() < 0.15:
            holder["unheard_of"] = self._chance(NONSENSE)
        else:
            holder[key] = self._chance(NONSENSE)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schema["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _paths(self, schema: Schema, prefix: str) -> list[tuple[str, Schema]]:
        """Dotted names of plain settings, of every member of every union."""
        found: list[tuple[str, Schema]] = []
        for name, inner in schema.get("properties", {}).items():
            resolved = self._resolved(inner)
            for member in map(self._resolved, resolved.get("oneOf") or resolved.get("anyOf") or [resolved]):
                found += self._paths(member, f"{prefix}{name}.") or [(f"{prefix}{name}", member)]
        return found

    def _value(self, schema: Schema) -> Any:
        schema = self._resolved(schema)
        if "default" in schema and self._random.random() < 0.3:
            return copy.deepcopy(schema["default"])
        if "const" in schema:
            return schema["const"]
        for union in ("enum", "oneOf", "anyOf"):
            if union in schema:
                chosen = self._chance(schema[union])
                return chosen if union == "enum" else self._value(chosen)
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "string":
                return self._chance(
                    ["", "loss", "train", "a" * min(schema.get("maxLength", 9), 300), "blocks.0.attn.W_Q"]
                )
            case "boolean":
                return self._random.random() < 0.5
            case "integer":
                return int(self._number(schema, smallest_part=1))
            case "number":
                return float(self._number(schema, smallest_part=1e-6))
        return None

    def _object(self, schema: Schema) -> dict[str, Any]:
        required = schema.get("required", [])
        return {
            name: self._value(inner)
            for name, inner in schema.get("properties", {}).items()
            if name in required or self._random.random() < 0.35
        }

    def _array(self, schema: Schema) -> list[Any]:
        if "prefixItems" in schema:
            return [self._value(item) for item in schema["prefixItems"]]
        most = min(schema.get("maxItems", 4), schema.get("minItems", 0) + 3)
        return [self._value(schema["items"]) for _ in range(self._random.randint(schema.get("minItems", 0), most))]

    def _number(self, schema: Schema, *, smallest_part: float) -> float:
        """Its bounds, what lies just inside them, and small numbers between."""
        low = schema.get(
            "minimum", schema.get("exclusiveMinimum", -10) + ("exclusiveMinimum" in schema) * smallest_part
        )
        high = schema.get("maximum", schema.get("exclusiveMaximum", 10**4) - smallest_part)
        small = min(high, low + self._random.choice([1, 2, 3, 8, 64, 0.3, 0.01]))
        return float(self._chance([low, high, small, small, small, self._random.uniform(low, high)]))


@functools.cache
def presets() -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(PRESETS.glob("*.toml"))]


def _places(data: Any) -> list[Place]:
    pairs = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [(data, key) for key, _ in pairs] + [place for _, inner in pairs for place in _places(inner)]
