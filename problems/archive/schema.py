"""The archive as a JSON Schema, made from the tables, so that it cannot say anything else than they do."""

from typing import Any

from django.db import models

from problems.archive.tables import FORMAT, TABLES, VERSION, Table

TYPES: list[tuple[type[Any], dict[str, Any]]] = [
    (models.BooleanField, {"type": "boolean"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.JSONField, {"type": "object"}),
    (models.AutoField, {"type": "integer"}),
    (models.IntegerField, {"type": "integer"}),
    (models.CharField, {"type": "string"}),
    (models.TextField, {"type": "string"}),
]


def archive_schema() -> dict[str, Any]:
    head: dict[str, Any] = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "made_at": {"type": "string", "format": "date-time"},
    }
    tables = {table.name: {"type": "array", "items": schema_of_row(table)} for table in TABLES}
    whole_number = {"type": "integer", "minimum": 0}
    counts = {"counts": closed_object({table.name: whole_number for table in TABLES})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Everything that the catalogue of Circuitboard says",
        "description": "Rows refer to each other by key. What awaits approval and all e-mail addresses are left out.",
        **closed_object(head | tables | counts),
    }


def schema_of_row(table: Table) -> dict[str, Any]:
    fields = {name: schema_of_field(table.field(name)) for name in table.fields}
    links = {name: {"type": "array", "items": {"type": "integer"}} for name in table.links}
    return closed_object(fields | links)


def closed_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schema_of_field(field: "models.Field[Any, Any]") -> dict[str, Any]:
    target: Any = field
    while target.related_model:
        target = target.target_field
    schema = dict(next(schema for kind, schema in TYPES if isinstance(target, kind)))
    if field.choices and schema["type"] == "string":
        values = [value for value, _ in field.flatchoices]
        schema["enum"] = values + ([""] if field.blank else []) + ([None] if field.null else [])
    elif schema["type"] == "string" and field.max_length and not field.related_model:
        schema["maxLength"] = field.max_length
    if field.null:
        schema["type"] = [schema["type"], "null"]
    if field.help_text:
        schema["description"] = str(field.help_text)
    return schema
