"""An archive into an empty database, with the keys it has, so that every address stays what it was."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, models, transaction

from problems.archive.tables import FORMAT, TABLES, VERSION, Table
from problems.models import Category, Problem, User
from problems.services.listed import rebuild


class BadArchive(ValueError):
    """It cannot be read; the message names table, row and field, or what is in the way here."""


@transaction.atomic
def read_archive(archive: Any) -> dict[str, int]:
    """All of it or nothing. Returns how many rows of each table were read."""
    check_head(archive)
    refuse_if_not_empty()
    counts = {table.name: read_table(table, rows_in(archive, table)) for table in TABLES}
    for table in TABLES:
        link_rows(table, rows_in(archive, table))
    go_on_counting([table.model for table in TABLES])
    rebuild()
    return counts


def check_head(archive: Any) -> None:
    if not isinstance(archive, dict) or archive.get("format") != FORMAT:
        raise BadArchive(f"This is no archive of a catalogue: its format is not {FORMAT!r}.")
    if archive.get("version") != VERSION:
        raise BadArchive(f"Its version is {archive.get('version')!r}; allowed: {VERSION}.")
    unknown = set(archive) - {"format", "version", "made_at", "counts", *(table.name for table in TABLES)}
    if unknown:
        raise BadArchive(f"It has tables that are not known here: {', '.join(sorted(unknown))}.")
    if not isinstance(archive.get("counts"), dict):
        raise BadArchive("counts: the numbers of rows are missing, so the file may have been cut short.")


def refuse_if_not_empty() -> None:
    for model in (Category, Problem, User):
        if model._default_manager.exists():
            names = model._meta.verbose_name_plural
            raise BadArchive(f"There are {names} in this database. An archive is read into an empty one.")


def rows_in(archive: Mapping[str, Any], table: Table) -> list[Mapping[str, Any]]:
    rows = archive.get(table.name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadArchive(f"{table.name}: a list of rows is missing.")
    said = archive["counts"].get(table.name)
    if said != len(rows):
        raise BadArchive(f"{table.name}: {len(rows)} rows are there, and counts says {said}.")
    return rows


def read_table(table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    made = [row_of(table, n, row) for n, row in enumerate(rows)]
    for row in made:
        row.save_base(raw=True, force_insert=True)  # raw: dates stay as they are, and no revision is made of it
    return len(made)


def row_of(table: Table, place: int, given: Mapping[str, Any]) -> models.Model:
    expected = {*table.fields, *table.links}
    if set(given) != expected:
        wrong = ", ".join(sorted(expected ^ set(given)))
        raise BadArchive(f"{table.name}[{place}]: fields are missing or not known: {wrong}.")
    later = later_links(table)
    row = table.model(**{name: value_of(table, place, name, given[name]) for name in table.fields if name not in later})
    if isinstance(row, User):
        row.set_unusable_password()
    return row


def value_of(table: Table, place: int, name: str, value: Any) -> Any:
    field = table.field(name)
    try:
        read = field.to_python(value)
        if value is not None or not field.null:
            field.run_validators(read)
        if value is None and not field.null:
            raise ValidationError("must not be empty")
        if field.choices and read not in (None, "") and read not in dict(field.flatchoices):
            raise ValidationError(f"{read!r} is not one of {', '.join(map(str, dict(field.flatchoices)))}")
    except ValidationError as error:
        raise BadArchive(f"{table.name}[{place}].{name}: {' '.join(error.messages)}") from error
    return read


def later_links(table: Table) -> list[str]:
    """Links to rows of the same table, set once all of them are there."""
    if table.is_history:
        return []
    return [name for name in table.fields if table.field(name).related_model is table.model]


def link_rows(table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    key = table.model._meta.pk.name
    for name in later_links(table):
        for row in rows:
            if row[name] is not None:
                table.model._default_manager.filter(pk=row[key]).update(**{name: row[name]})
    for name in table.links:
        through = getattr(table.model, name).through
        own, other = link_columns(table, name)
        through.objects.bulk_create(
            [through(**{own: row[key], other: linked}) for row in rows for linked in row[name]], batch_size=2000
        )


def link_columns(table: Table, name: str) -> tuple[str, str]:
    field: Any = table.model._meta.get_field(name)
    return f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"


def go_on_counting(tables: list[type[models.Model]]) -> None:
    """PostgreSQL does not notice keys that were given; the next new row must not take one of them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
