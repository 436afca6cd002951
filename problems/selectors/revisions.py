"""The revisions of a problem, numbered from 1 in the order in which they were made. Numbers never change."""

import datetime
from dataclasses import dataclass
from typing import Any

from problems.diffs import Piece, word_diff
from problems.models import Problem
from problems.models.problems import difficulty_range

SHOWN = {
    "statement": "statement",
    "difficulty": "difficulty",
    "subcategory": "subcategory",
    "difficulty_note": "note on difficulty",
    "starred": "starred",
    "sources": "sources",
    "literature_checked_on": "literature checked",
}


@dataclass(frozen=True)
class Revision:
    number: int
    id: int  # in the history, which backlogs, comments and runs keep
    made_at: datetime.datetime
    made_by: Any
    reason: str
    was: Any  # the problem as it was
    changed: tuple[str, ...]  # what differs from the revision before, in words

    @property
    def difficulty(self) -> str:
        return difficulty_of(self.was)


def revisions_of(problem: Problem) -> list[Revision]:
    """The first one first."""
    rows = list(problem.history.select_related("history_user").order_by("history_id"))
    before = [None, *rows]
    return [revision(i + 1, row, before[i]) for i, row in enumerate(rows)]


def revision(number: int, row: Any, before: Any) -> Revision:
    changed = [label for name, label in SHOWN.items() if before is not None and value(row, name) != value(before, name)]
    return Revision(
        number=number,
        id=row.history_id,
        made_at=row.history_date,
        made_by=row.history_user,
        reason=row.history_change_reason or "",
        was=row,
        changed=tuple(changed),
    )


def value(row: Any, name: str) -> Any:
    return difficulty_of(row) if name == "difficulty" else getattr(row, name)


def difficulty_of(row: Any) -> str:
    return difficulty_range(row.difficulty_low, row.difficulty_high)


def changes_between(older: Revision, newer: Revision) -> list[tuple[str, list[Piece]]]:
    """What differs, by its name in words."""
    pairs = ((label, in_words(older.was, name), in_words(newer.was, name)) for name, label in SHOWN.items())
    return [(label, word_diff(before, after)) for label, before, after in pairs if before != after]


def in_words(row: Any, name: str) -> str:
    found = value(row, name)
    if isinstance(found, bool):
        return "yes" if found else "no"
    return "not known" if found in (None, "") else str(found)
