"""The list of problems as plain data. Handles and published names are in it, e-mail addresses never."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from problems.models import Claim, HelpWanted, ListEntry, Problem, Reference
from problems.models.entries import ListEntryQuerySet
from problems.models.querysets import ProblemQuerySet
from problems.selectors.statuses import status_of

AT_ONCE = 500


def complete(problems: ProblemQuerySet) -> ProblemQuerySet:
    """With all that `export_problem` reads, in a constant number of queries."""
    approved = Prefetch("references", Reference.objects.approved())
    wanted = Prefetch("help_wanted", HelpWanted.objects.open())
    found = problems.select_related("category", "entry").prefetch_related("claims__claimant", "see_also", "aliases")
    return found.prefetch_related(approved).prefetch_related(wanted)


def keys_of(found: ListEntryQuerySet, at_first: int) -> Iterator[int]:
    """The first ones are asked for alone: to put all in order takes a while, and a file can begin before.
    What moves in between still stands in it once."""
    keys = found.values_list("pk", flat=True)
    first = list(keys[:at_first])
    yield from first
    if len(first) == at_first:
        given = set(first)
        yield from (key for key in keys if key not in given)


def complete_in_order(keys: Iterable[int], *, at_first: int = AT_ONCE) -> Iterator[Problem]:
    """The problems with these keys, in this order, read in parts. A small first part lets a long file begin at once."""
    for some in in_parts(keys, at_first):
        found = complete(Problem.objects.all()).in_bulk(some)
        yield from (found[key] for key in some if key in found)


def in_parts(keys: Iterable[int], at_first: int) -> Iterator[list[int]]:
    rest = iter(keys)
    yield list(islice(rest, at_first))
    while some := list(islice(rest, AT_ONCE)):
        yield some


def export_problem(problem: Problem) -> dict[str, Any]:
    status, counts = status_of(problem, timezone.now())
    return {
        "number": problem.number,
        "url": problem.get_absolute_url(),
        "category": problem.category.name,
        "subcategory": problem.subcategory,
        "statement": problem.statement,
        "difficulty": problem.difficulty,
        "difficulty_source": problem.difficulty_source,
        "starred": problem.starred,
        "status": status,
        "aliases": [f"{alias.source} {alias.number}" for alias in problem.aliases.all()],
        "see_also": [other.number for other in problem.see_also.all()],
        "claims": [export_claim(claim) for claim in problem.claims.all()],
        "references": [
            {"kind": reference.kind, "sign": reference.sign, "title": reference.title, "url": reference.url}
            for reference in problem.references.all()
        ],
        "help_wanted": [{"kind": wish.kind, "text": wish.text} for wish in problem.help_wanted.all()],
        "recipes": counts.n_recipes,
        "runs": counts.n_runs,
        "succeeded_runs": counts.n_succeeded_runs,
    }


def export_claim(claim: Claim) -> dict[str, Any]:
    return {
        "who": claim.who.removeprefix("@"),
        "started": claim.started_on_text,
        "last_activity": claim.started_on_text if claim.is_imported else claim.last_activity_at.date().isoformat(),
        "freshness": claim.freshness.value,
        "plan": claim.plan or claim.imported_text,
        "expected": claim.expected_on.isoformat() if claim.expected_on else None,
    }


COLUMNS = (
    *("number", "url", "category", "subcategory", "statement", "difficulty", "difficulty_source", "starred", "status"),
    *("aliases", "see_also", "claims", "references", "help_wanted", "recipes", "runs", "succeeded_runs"),
)


def list_as_csv() -> Iterator[str]:
    """The whole list, a line at a time."""
    keys = list(ListEntry.objects.by_number().values_list("pk", flat=True))
    return csv_lines(export_problem(problem) for problem in complete_in_order(keys))


def csv_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.DictWriter(line, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def cell(value: Any) -> str:
    """Lists are joined; a text that a spreadsheet would run as a formula gets a quote before it."""
    text = plain(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " | ".join(plain(item) for item in value)
        case dict():
            return ", ".join(plain(item) for item in value.values() if item)
    return str(value)
