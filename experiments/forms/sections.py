"""The form as data: sections of groups of fields, filled with what the TOML says now."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.forms.schema import (
    Json,
    Property,
    empty_table,
    members_of,
    property_of,
    recipe_schema,
    resolved,
    written,
    written_pairs,
)
from experiments.recipe.parsing import SWEPT_LISTS, SWEPT_PARTS

ABOUT = "about"  # the section of the fields that belong to no table
TITLES = {
    ABOUT: "Recipe",
    "task": "Task: what the network learns",
    "model": "Model",
    "start": "Start: where the first weights come from",
    "training": "Training",
    "curriculum": "Curriculum: what grows during training",
    "checkpoints": "Checkpoints: when weights are kept",
    "measure_at": "When measures are taken",
    "measures": "Measures: numbers along training",
    "analyses": "Analyses: a look after training",
    "interventions": "Interventions: edits of weights, data or loss",
    "sweep": "Sweep: a grid of runs",
    "expect": "Expectations: predictions the run is scored on",
}


@dataclass(frozen=True)
class Field:
    """One input: where its value stands in the recipe, what is written there, and what may be."""

    path: str
    label: str
    value: str
    about: Property
    is_set: bool

    @property
    def html_id(self) -> str:
        return f"f-{self.path}"

    @property
    def change(self) -> str:
        return change_as_json("set", self.path)

    @property
    def is_on(self) -> bool:
        """Switches only."""
        return (self.value or self.about.default) == "true"

    @property
    def chosen(self) -> list[str]:
        return self.value.split(", ") if self.value else []


@dataclass(frozen=True)
class Group:
    """A table: for a member of a union, its name and the others that could stand here."""

    path: str
    description: str
    fields: list[Field]
    member: str = ""
    members: tuple[str, ...] = ()
    is_item: bool = False

    @property
    def html_id(self) -> str:
        return f"f-{self.path}.name"

    @property
    def choice(self) -> str:
        return change_as_json("set", f"{self.path}.name")

    @property
    def removal(self) -> str:
        return change_as_json("remove", self.path)


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    groups: list[Group]
    description: str = ""
    can_add: tuple[str, ...] = field(default=())

    @property
    def html_id(self) -> str:
        return f"f-{self.name}"

    @property
    def addition(self) -> str:
        return change_as_json("add", self.name)


def change_as_json(change: str, path: str) -> str:
    """What a request of the form says beside the value."""
    return json.dumps({"change": change, "path": path})


def sections_of(data: dict[str, Any]) -> list[Section]:
    """The whole form for a recipe that may still be wrong: a value of the wrong kind is shown as it is written."""
    properties = recipe_schema()["properties"]
    return [_about(properties, data)] + [
        _section(name, properties[name], data) for name in properties if _is_table(properties[name])
    ]


def _is_table(schema: Json) -> bool:
    items = schema.get("items", {})
    return "$ref" in schema or "discriminator" in schema or "additionalProperties" in schema or _is_table_item(items)


def _is_table_item(items: Json) -> bool:
    return "$ref" in items or "discriminator" in items


def _about(properties: Json, data: dict[str, Any]) -> Section:
    plain = {name: schema for name, schema in properties.items() if not _is_table(schema)}
    fields = _fields("", plain, recipe_schema()["required"], data)
    return Section(ABOUT, TITLES[ABOUT], [Group(path="", description="", fields=fields)])


def _section(name: str, schema: Json, data: dict[str, Any]) -> Section:
    value = data.get(name)
    title, description = TITLES.get(name, name), schema.get("description", "")
    if "additionalProperties" in schema:
        return _sweep(name, title, description, value if isinstance(value, dict) else {}, can_add=sweepable(data))
    if "items" not in schema:
        return Section(name, title, [_group(name, schema, value)])
    items = value if isinstance(value, list) else []
    groups = [_group(f"{name}.{place}", schema["items"], item, is_item=True) for place, item in enumerate(items)]
    return Section(name, title, groups, description, can_add=tuple(members_of(schema["items"])))


def _group(path: str, schema: Json, value: Any, *, is_item: bool = False) -> Group:
    """A table's fields; a name that no member has leaves only the choice of member."""
    members = members_of(schema)
    values = value if isinstance(value, dict) else {}
    usual = next(iter(members)) if len(members) == 1 else empty_table(schema).get("name", "")
    member = str(values.get("name", usual))
    table = members.get(member, {"properties": {}})
    fields = {name: part for name, part in table["properties"].items() if name != "name"}
    named = tuple(filter(None, members))
    return Group(
        path=path,
        description=table.get("description", "").partition("\n\n")[0],
        fields=_fields(path, fields, table.get("required", []), values, {} if values else empty_table(schema)),
        member=member,
        members=named if member in named else (member, *named),
        is_item=is_item,
    )


def _fields(
    path: str, properties: Json, required: list[str], values: dict[str, Any], defaults: Json | None = None
) -> list[Field]:
    """`defaults` go before those of the properties themselves."""
    fields = []
    for name, schema in properties.items():
        about = property_of(resolved(schema), is_required=name in required)
        if defaults and name in defaults:
            about = replace(about, default=written(defaults[name]))
        value = (written_pairs if about.kind == "pairs" else written)(values.get(name))
        fields.append(Field(f"{path}.{name}".strip("."), name, value, about, name in values))
    return fields


def _sweep(name: str, title: str, description: str, values: dict[str, Any], *, can_add: list[str]) -> Section:
    """One field per swept value; what can be added are those that are not there yet."""
    schema = {"type": "array", "items": {}, "description": "values to try, with commas between"}
    about = property_of(schema, is_required=False)
    fields = [
        Field(f"{name}.{dotted}", dotted, written(listed), about, is_set=True) for dotted, listed in values.items()
    ]
    groups = [Group(path=f.path, description="", fields=[f], is_item=True) for f in fields]
    return Section(name, title, groups, description, can_add=tuple(f for f in can_add if f not in values))


def sweepable(data: dict[str, Any]) -> list[str]:
    """Every field that holds one value, and not a list of them or a table: of the parts that may be swept, and of the
    items that the recipe has in lists of them."""
    properties = recipe_schema()["properties"]
    found = [f"{part}.{name}" for part in SWEPT_PARTS for name in _single_fields(members_of(properties[part]).values())]
    for part in SWEPT_LISTS:
        members = members_of(properties[part]["items"])
        items = data.get(part)
        for place, item in enumerate(items if isinstance(items, list) else []):
            member = members.get(str(item.get("name"))) if isinstance(item, dict) else None
            found += [f"{part}.{place}.{name}" for name in _single_fields([member] if member else [])]
    return list(dict.fromkeys(found))


def _single_fields(tables: Iterable[Json]) -> Iterator[str]:
    for table in tables:
        plain = {name: schema for name, schema in table["properties"].items() if not _is_table(schema)}
        yield from (name for name in plain if name != "name" and plain[name].get("type") != "array")
