"""Lists of problems from elsewhere, as CSV or JSON with the columns of the shipped catalogue: read, checked row by row.

Nothing here touches the database but to look things up; `bulk_import` compares and writes.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from problems.models import LETTERS, Category, Problem
from problems.services.catalogue_files import parse_difficulty, parse_list, parse_number
from problems.services.numbers import next_index

COLUMNS = (
    "number",
    "subcategory",
    "difficulty",
    "starred",
    "statement",
    "see_also",
    "sources",
    "difficulty_source",
    "difficulty_note",
    "post_number",
)
MOST_ROWS = 5000
DIFFICULTY = re.compile(rf"[{LETTERS[0]}-{LETTERS[-1]}](-[{LETTERS[0]}-{LETTERS[-1]}])?\Z")
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
LONGEST = {"statement": 4000, "subcategory": 120, "sources": 80, "difficulty_note": 1000}  # characters
STARRED: dict[str, bool | None] = {"true": True, "false": False, "": None}


class BadList(ValueError):
    """The text as a whole cannot be read; the message says why."""


class BadRow(ValueError):
    """One row cannot be used; the message names the column and what is allowed."""


@dataclass(frozen=True, eq=False)
class ListedRow:
    """A row that can be used. Only the columns that the list has are in `values` and `links`."""

    n: int  # as people count: the first row below the heading is 1
    number: str
    values: Mapping[str, Any]  # fields of Problem
    see_also: tuple[str, ...] | None = None
    post_number: str = ""


@dataclass
class ReadList:
    rows: list[ListedRow] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_list(text: str) -> ReadList:
    """Every row checked; those that cannot be used are in `refused` with the reason."""
    raw = list(raw_rows(text))
    checker = RowChecker({str(row.get("number", "")) for row in raw})
    found = ReadList()
    for n, row in enumerate(raw, start=1):
        cleaned, n_addresses = without_addresses(row)
        if n_addresses:
            found.notes.append(f"Row {n}: {n_addresses} e-mail address{'es' if n_addresses > 1 else ''} taken out.")
        try:
            found.rows.append(checker.check(n, cleaned))
        except BadRow as error:
            found.refused.append((n, str(error)))
    _refuse_dangling(found, checker.known.keys())
    return found


def _refuse_dangling(found: ReadList, known: Collection[str]) -> None:
    """Rows that build on a row that was refused; and rows that build on those."""
    while True:
        there = {row.number for row in found.rows}
        lost = {row: [o for o in row.see_also or () if o not in there and o not in known] for row in found.rows}
        dangling = [row for row in found.rows if lost[row]]
        if not dangling:
            return
        found.rows = [row for row in found.rows if not lost[row]]
        found.refused += [(row.n, f"see_also: {', '.join(lost[row])} was refused.") for row in dangling]


def raw_rows(text: str) -> Iterator[dict[str, str]]:
    text = text.strip().removeprefix("\ufeff")
    if not text:
        raise BadList("The list is empty.")
    rows = list(_json_rows(text) if text[0] in "[{" else _csv_rows(text))
    if len(rows) > MOST_ROWS:
        raise BadList(f"The list has {len(rows)} rows; at most {MOST_ROWS} are taken at once.")
    yield from rows


def _csv_rows(text: str) -> Iterable[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    _check_columns(reader.fieldnames or [])
    try:
        rows = list(reader)
    except csv.Error as error:
        raise BadList(f"Line {reader.line_num} is not valid CSV: {error}.") from error
    for n, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise BadList(f"Row {n} has not as many cells as the heading.")
    return rows


def _json_rows(text: str) -> Iterable[dict[str, str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadList(f"This is not valid JSON: {error}.") from error
    rows = data.get("problems") if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadList('Give a JSON list of objects, or {"problems": [...]}.')
    _check_columns(dict.fromkeys(name for row in rows for name in row))
    return [{name: _as_text(value) for name, value in row.items()} for row in rows]


def _check_columns(names: Iterable[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or "number" not in names:
        wrong = f"Unknown: {', '.join(unknown)}." if unknown else "The column “number” is missing."
        raise BadList(f"{wrong} Columns: {', '.join(COLUMNS)}; all but “number” may be left out.")


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(map(str, value))
        case float():
            raise BadList(f"{value} is a number without quotation marks: write it as text, as 1.10 would become 1.1.")
    return str(value)


def without_addresses(row: Mapping[str, str]) -> tuple[dict[str, str], int]:
    counted = {name: E_MAIL.subn("", value) for name, value in row.items()}
    cleaned = {name: re.sub(r"\s{2,}", " ", text).strip() for name, (text, _) in counted.items()}
    return cleaned, sum(n for _, n in counted.values())


class RowChecker:
    """Checks rows one after the other, as a number may stand only once and free numbers are handed out in order."""

    def __init__(self, listed: set[str]) -> None:
        self.listed = listed
        self.known = dict(Problem.objects.values_list("number", "statement"))
        self.spent = set(Problem.history.values_list("number", flat=True))  # of problems that are gone, too
        self.next_free = {str(category.number): next_index(category) for category in Category.objects.all()}
        self.taken: set[str] = set()

    def check(self, n: int, row: Mapping[str, str]) -> ListedRow:
        number = self._number(row["number"])
        if number not in self.known and not row.get("statement"):
            raise BadRow("statement: a new problem needs one.")
        if "statement" in row and not row["statement"]:
            raise BadRow("statement: it cannot be empty.")
        values: dict[str, Any] = {name: row[name] for name in LONGEST if name in row}
        self._lengths(values)
        if "difficulty" in row:
            values |= self._difficulty(row["difficulty"], row.get("difficulty_source"))
        elif row.get("difficulty_source"):
            raise BadRow("difficulty_source: it needs the column “difficulty” beside it.")
        if "starred" in row:
            if row["starred"] not in STARRED:
                raise BadRow(f"starred: {row['starred']!r} is not one of true, false or empty.")
            values["starred"] = STARRED[row["starred"]]
        see_also = self._see_also(row["see_also"]) if "see_also" in row else None
        checked = ListedRow(n, number, values, see_also, self._post_number(row, number))
        self.taken.add(number)
        category, index = number.split(".")
        self.next_free[category] = max(self.next_free[category], int(index) + 1)
        return checked

    def _number(self, text: str) -> str:
        category = text.partition(".")[0]
        if category not in self.next_free:
            named = f"there is no category {category}" if category else "it is empty"
            raise BadRow(f"number: {named}. Add the category first, or use one that exists.")
        if text == category:  # the next free one
            number = f"{category}.{self.next_free[category]}"
        else:
            try:
                number = parse_number(text)
            except ValueError:
                allowed = "a number such as 1.10, or a category alone for its next free number"
                raise BadRow(f"number: {text!r} is not {allowed}.") from None
        if number in self.taken:
            raise BadRow(f"number: {number} stands in the list twice.")
        if number not in self.known and (number.endswith(".0") or number in self.spent):
            raise BadRow(f"number: {number} cannot be given; numbers are never reused.")
        return number

    def _lengths(self, values: Mapping[str, str]) -> None:
        for name, most in LONGEST.items():
            if len(values.get(name, "")) > most:
                raise BadRow(f"{name}: it has {len(values[name])} characters; at most {most} are allowed.")

    def _difficulty(self, text: str, source: str | None) -> dict[str, Any]:
        low, high = parse_difficulty(text) if not text or DIFFICULTY.match(text) else ("", "!")
        if high < low or high == "!":
            raise BadRow(f"difficulty: {text!r} is not A, B, C, D, a range such as B-C, or empty.")
        sources = Problem.DifficultySource
        if source and source not in sources:
            raise BadRow(f"difficulty_source: {source!r} is not one of {', '.join(sources)} or empty.")
        given = {} if source is None else {"difficulty_source": source}
        return {"difficulty_low": low, "difficulty_high": high, **given}

    def _see_also(self, text: str) -> tuple[str, ...]:
        numbers = parse_list(text.replace(",", ";").replace(" ", ""))
        missing = [number for number in numbers if number not in self.known and number not in self.listed]
        if missing:
            raise BadRow(f"see_also: no problem has the number {', '.join(missing)}, here or in the list.")
        return tuple(sorted(set(numbers)))

    def _post_number(self, row: Mapping[str, str], number: str) -> str:
        post = row.get("post_number", "")
        if len(post) > 40:
            raise BadRow("post_number: at most 40 characters are allowed.")
        return "" if post == number else post
