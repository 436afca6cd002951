"""Where each field of a recipe stands in its TOML text. The standard parser keeps no positions."""

import re

TABLE = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
QUOTES = re.compile(r"[\"'\s]")


def lines_of_fields(text: str) -> dict[str, int]:
    """The 1-based line of each table and key by dotted path; arrays of tables count from 0.

    Line by line, for a text that has already parsed: a line inside a multi-line string that looks like a key is
    taken for one, which can only misplace a pointer, never an error.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := TABLE.match(line):
            table = QUOTES.sub("", header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}.{counts[table]}"
            lines.setdefault(table, number)
        elif key := KEY.match(line):
            lines.setdefault(".".join(filter(None, [table, QUOTES.sub("", key[1])])), number)
    return lines


def line_of(field: str, lines: dict[str, int]) -> int | None:
    """The line of a field, or of the closest table around it."""
    while field:
        if field in lines:
            return lines[field]
        field = field.rpartition(".")[0]
    return None
