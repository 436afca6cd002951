"""Reads a row of the old table as people paste it: cells with tabs between them, or one cell a line.

The table had no rules for its cells. What can be read in two ways is given back as such, for a curator to choose.
"""

import datetime
import re
from dataclasses import dataclass, field

from problems.services.lists import E_MAIL

MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
MONTH = r"(?P<month>" + "|".join(f"{name}|{name[:3]}" for name in MONTHS) + r")\.?"
DAY, YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:19|20)\d{2})"
GAP = r"[\s,./-]*"
NUMBER = re.compile(r"\d{1,3}\.\d{1,3}\Z")
LETTER = re.compile(r"[A-D](-[A-D])?\*?\Z")
HELP = re.compile(r"\b(help wanted|mentor\w*|collaborat\w+|looking for)\b", re.IGNORECASE)
NAMED_DATES = [
    re.compile(rf"\b{DAY}{GAP}{MONTH}{GAP}{YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{MONTH}{GAP}{DAY}{GAP}{YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{YEAR}-(?P<number>\d{{2}})-{DAY}\b"),
    re.compile(rf"\b{MONTH}{GAP}{YEAR}\b", re.IGNORECASE),
]
NUMERIC_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
BARE_YEAR = re.compile(rf"\b{YEAR}\b")
EDGES = " \t-–—:;,.()"


@dataclass(frozen=True)
class DateRead:
    """Each way in which a date can be read, as YYYY-MM-DD or shorter; more than one means that it is uncertain."""

    written: str
    readings: tuple[str, ...]


@dataclass(frozen=True)
class ClaimRead:
    name: str
    date: DateRead | None
    remark: str


@dataclass
class OldRow:
    number: str = ""
    subcategory: str = ""
    difficulty: str = ""
    statement: str = ""
    existing_work: str = ""
    claim: ClaimRead | None = None
    help_wanted: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """The table dropped final zeros, so 1.1 may be 1.10 too; 1.10 and 1.11 can only be themselves."""
        index = self.number.partition(".")[2]
        could_be = index and not index.endswith("0") and len(index) == 1
        return [self.number, f"{self.number}0"] if could_be else [self.number] if self.number else []


def read_old_row(text: str) -> OldRow:
    cleaned, n = E_MAIL.subn("", text)
    row = OldRow()
    if n:
        row.notes.append(f"{n} e-mail address{'es were' if n > 1 else ' was'} taken out.")
    cells = [cell.strip() for cell in (cleaned.split("\t") if "\t" in cleaned else cleaned.splitlines())]
    place = next((i for i, cell in enumerate(cells) if NUMBER.match(cell)), None)
    if place is None:
        row.notes.append("No cell is a number such as 1.10.")
        return row
    row.number = cells[place]
    _read_before(row, cells[:place])
    if "\t" in cleaned:
        _read_columns(row, cells[place + 1 :])
    else:
        _read_lines(row, [cell for cell in cells[place + 1 :] if cell])
    if len(row.numbers) > 1:
        row.notes.append(f"The table dropped final zeros: {row.number} may be {' or '.join(row.numbers)}. Choose.")
    if row.claim and row.claim.date and len(row.claim.date.readings) > 1:
        written, readings = row.claim.date.written, " or ".join(row.claim.date.readings)
        row.notes.append(f"The date {written} is uncertain: {readings}. Choose, or keep the year only.")
    return row


def _read_before(row: OldRow, cells: list[str]) -> None:
    """Category, subcategory and difficulty stand before the number; the last that is no letter is the subcategory."""
    for cell in cells:
        if LETTER.match(cell):
            row.difficulty = cell.rstrip("*")
        elif cell:
            row.subcategory = cell


def _read_columns(row: OldRow, cells: list[str]) -> None:
    statement, work, working_on_it, help_wanted, *_ = [*cells, "", "", "", ""]
    row.statement, row.existing_work, row.help_wanted = statement, work, help_wanted
    row.claim = read_claim(working_on_it) if working_on_it else None


def _read_lines(row: OldRow, lines: list[str]) -> None:
    """Without columns, a line with a date is the claim, one that asks for people is help wanted, others are work."""
    row.statement = lines[0] if lines else ""
    for line in lines[1:]:
        claim = read_claim(line)
        if claim.date and row.claim is None:
            row.claim = claim
        elif HELP.search(line) and not row.help_wanted:
            row.help_wanted = line
        else:
            row.existing_work = f"{row.existing_work} {line}".strip()


def read_claim(text: str) -> ClaimRead:
    """ "12 May 2023 - Ada Lovelace, trying the weights" in any of the orders and separators that people used."""
    date, rest = read_date(text)
    rest = re.sub(r"\(\s*\)", "", rest)
    name, _, remark = rest.strip(EDGES.replace("(", "").replace(")", "")).partition(",")
    return ClaimRead(name.strip(EDGES.replace(")", "")), date, remark.strip(EDGES))


def read_date(text: str) -> tuple[DateRead | None, str]:
    """The first date in a text, and the text without it."""
    for pattern in NAMED_DATES:
        if (match := pattern.search(text)) and (reading := _named(match.groupdict())):
            return DateRead(match.group(), (reading,)), _without(text, match)
    if match := NUMERIC_DATE.search(text):
        first, second, year = (int(part) for part in match.groups())
        year += 2000 if year < 100 else 0
        days = [_day(year, month, day) for month, day in ((second, first), (first, second))]
        readings = tuple(dict.fromkeys(day for day in days if day))
        if readings:
            return DateRead(match.group(), readings), _without(text, match)
    if match := BARE_YEAR.search(text):
        return DateRead(match.group(), (match.group(),)), _without(text, match)
    return None, text


def _without(text: str, match: re.Match[str]) -> str:
    before = text[: match.start()].rstrip(EDGES.replace(")", ""))
    after = text[match.end() :].lstrip(EDGES.replace("(", ""))
    return ", ".join(part for part in (before, after) if part)


def _named(parts: dict[str, str | None]) -> str:
    year = int(parts["year"] or 0)
    spelled = (parts.get("month") or "").lower()
    month = next((n for n, name in enumerate(MONTHS, 1) if spelled and name.startswith(spelled)), 0)
    month = month or int(parts.get("number") or 0)
    day = parts.get("day")
    return _day(year, month, int(day)) if day else f"{year}-{month:02}"


def _day(year: int, month: int, day: int) -> str:
    """Empty if there is no such day."""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""
