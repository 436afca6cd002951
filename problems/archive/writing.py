"""The database as an archive, piece by piece, so that its size does not matter."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

from problems.archive.tables import FORMAT, TABLES, VERSION, Table

AT_ONCE = 2000


def archive_pieces(*, made_at: datetime.datetime) -> Iterator[str]:
    """Equal contents give equal texts, but for the date. The numbers of rows come last: one cut short is noticed."""
    counts = dict.fromkeys((table.name for table in TABLES), 0)
    head = {"format": FORMAT, "version": VERSION, "made_at": made_at.isoformat()}
    yield json.dumps(head, indent=1)[:-2]
    for table in TABLES:
        yield f',\n "{table.name}": ['
        for n, row in enumerate(rows_of(table)):
            yield (",\n  " if n else "\n  ") + json.dumps(row, ensure_ascii=False, sort_keys=False)
            counts[table.name] = n + 1
        yield "]"
    yield f',\n "counts": {json.dumps(counts)}\n}}\n'


def rows_of(table: Table) -> Iterator[dict[str, Any]]:
    """A link to a row that is not in the archive itself is left out."""
    own = {name: kept_keys(table.model) for name in OWN_LINKS if name in table.fields and not table.is_history}
    worked_out = {name: values() for name, values in table.worked_out.items()}
    linked = {name: kept_keys(table.model._meta.get_field(name).related_model) for name in table.links}
    found = table.rows().order_by("pk").prefetch_related(*table.links)
    for row in found.iterator(AT_ONCE):
        values = {name: plain(getattr(row, name)) for name in table.fields}
        values |= {name: known[row.pk] for name, known in worked_out.items()}
        values |= {name: values[name] if values[name] in keys else None for name, keys in own.items()}
        values |= {name: sorted({item.pk for item in getattr(row, name).all()} & linked[name]) for name in table.links}
        if values.get("removed_at"):
            values["body"] = ""  # its author took it back
        yield values


OWN_LINKS = ("answers_id", "duplicate_of_id", "merged_into_id")  # to a row of the same table


def kept_keys(model: Any) -> set[Any]:
    table = next(table for table in TABLES if table.model is model)
    return set(table.rows().values_list("pk", flat=True))


def plain(value: Any) -> Any:
    """As JSON has it. PostgreSQL keeps the keys of an object in an order of its own."""
    match value:
        case datetime.date():
            return value.isoformat()
        case dict():
            return dict(sorted(value.items()))
    return value
