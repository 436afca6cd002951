"""A change in the form, applied to the TOML text so that comments, order and spacing survive."""

import re
import tomllib
from collections.abc import Iterator, MutableMapping
from typing import Any, Literal

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError
from tomlkit.items import AoT, Array, Item, Table

from experiments.forms.schema import Json, Property, empty_table, members_of, property_of, recipe_schema, resolved
from experiments.recipe.recipe import MAX_SEEDS

Change = Literal["set", "add", "remove"]

NUMBER = re.compile(r"[+-]?\d[\d_]*(\.\d+)?([eE][+-]?\d+)?")
SPAN = re.compile(r"(\d{1,9})\s*-\s*(\d{1,9})")
SWEEP = "sweep"


class UneditableText(ValueError):
    """The text does not parse, or has no place for this change; the author has to mend the text itself."""


def apply_change(text: str, change: Change, path: str, value: str) -> str:
    """The TOML after one change in the form. Raises UneditableText.

    set: write `value` at the dotted path, or take the field out when `value` is empty.
    add: one more item named `value` in the list, or swept field, at `path`.
    remove: the list item or swept field at `path`.
    """
    try:
        document = tomlkit.parse(text)
        {"set": _set, "add": _add, "remove": _remove}[change](document, path, value)
        return tomlkit.dumps(document)
    except (ParseError, RecursionError) as error:
        raise UneditableText(f"not valid TOML: {error}") from error
    except (TOMLKitError, KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        raise UneditableText(f"{path or 'the recipe'} cannot be changed in the form; change the TOML") from error


def _set(document: Any, path: str, value: str) -> None:
    section, _, field = path.partition(".")
    if section == SWEEP:
        document[SWEEP][field] = _listed(value)
        return
    *parents, last = path.split(".")
    schema, table = _table_at(document, parents)
    if last == "name" and parents:
        _become(table, schema, value)
        return
    about = _property(schema, table, last)
    if not value.strip():
        table.pop(last, None)
        return
    table[last] = _item(value, about)


def _table_at(document: Any, parents: list[str]) -> tuple[Json, Any]:
    """The schema and the table at a path; a table that is not there yet is made."""
    here, schema = document, recipe_schema()
    for part in parents:
        if part.isdecimal():
            here, schema = here[int(part)], schema["items"]
            continue
        schema = schema["properties"][part]
        if part not in here:
            here[part] = _new_table(empty_table(schema))
        here = here[part]
    return schema, here


def _become(table: MutableMapping[str, Any], schema: Json, name: str) -> None:
    """Another member of the union: fields that it knows too stay as they are."""
    known = members_of(schema)[name]["properties"]
    for field in [field for field in table if field not in known]:
        del table[field]
    table["name"] = name


def _property(schema: Json, table: MutableMapping[str, Any], field: str) -> Property:
    if schema is recipe_schema():
        return property_of(schema["properties"][field], is_required=False)
    members = members_of(schema)
    member = members.get(str(table.get("name", "")), next(iter(members.values())))
    return property_of(resolved(member["properties"][field]), is_required=False)


def _add(document: Any, path: str, value: str) -> None:
    if path == SWEEP:
        if SWEEP not in document:
            document[SWEEP] = _new_table({})
        document[SWEEP][value] = tomlkit.array()
        return
    member = members_of(recipe_schema()["properties"][path]["items"])[value]
    required = {name: part for name, part in member["properties"].items() if name in member.get("required", [])}
    content = {"name": value} if value else {}
    content |= {name: part["enum"][0] for name, part in required.items() if "enum" in part}
    existing = document.get(path)
    if isinstance(existing, Array) and existing:
        existing.append(content)
        return
    if not isinstance(existing, AoT):
        document[path] = tomlkit.aot()
    item = _new_table(content)
    item.add(tomlkit.nl())
    document[path].append(item)


def _new_table(content: Json) -> Table:
    table = tomlkit.table()
    table.update(content)
    return table


def _remove(document: Any, path: str, _value: str) -> None:
    section, _, rest = path.partition(".")
    del document[section][rest if section == SWEEP else int(rest)]
    if not document[section]:
        del document[section]


def _item(value: str, about: Property) -> Item:
    match about.kind:
        case "switch":
            return tomlkit.item(value == "true")
        case "number" | "word or number":
            return _number_or_word(value)
        case "list":
            return _listed(value, spans=about.is_whole)
        case "choices":
            return tomlkit.item([word.strip() for word in value.split(",")])
        case "pairs":
            return _pairs(value)
        case "prose":
            return tomlkit.string(value.replace("\r\n", "\n"), multiline="\n" in value)
    return tomlkit.item(value)


def _number_or_word(text: str) -> Item:
    """A number as it was typed (3e-3 stays 3e-3); anything else is text, for the check of the recipe to refuse."""
    text = text.strip()
    if text in ("true", "false"):
        return tomlkit.item(text == "true")
    return tomlkit.value(text) if NUMBER.fullmatch(text) else tomlkit.item(text)


def _pairs(text: str) -> Item:
    """`model.n_layers = 2, model.biases = true` as a table of dotted fields; what cannot be read stays text, for the
    check of the recipe to refuse."""
    try:
        found = tomllib.loads(f"pairs = {{{text}}}")["pairs"]
    except tomllib.TOMLDecodeError:
        return tomlkit.item(text)
    table = tomlkit.inline_table()
    table.update(dict(_dotted(found)))
    return table


def _dotted(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _listed(text: str, *, spans: bool = False) -> Array:
    """Values between commas; in a list of whole numbers, 0-63 stands for all of 0 to 63."""
    listed = tomlkit.array()
    for part in filter(None, (part.strip() for part in text.split(","))):
        span = SPAN.fullmatch(part) if spans else None
        if span and int(span[1]) <= int(span[2]) < int(span[1]) + MAX_SEEDS:
            listed.extend(range(int(span[1]), int(span[2]) + 1))
        else:
            listed.append(_number_or_word(part))
    return listed
