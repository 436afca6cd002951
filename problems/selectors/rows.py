"""What the rows and cards of a list show."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects

from problems.evidence import ResultCell, result_cells
from problems.models import Claim, Comment, HelpWanted, ListEntry, Problem, Reference
from problems.search.snippets import Hit, best_hit, words_in
from problems.status import Status


@dataclass(frozen=True)
class Row:
    problem: Problem
    entry: ListEntry
    status: Status
    claims: list[Claim]  # fresh and quiet ones, the most recently active first
    result: ResultCell | None
    hit: Hit | None = None  # where a search found what the statement does not say


def rows_of(entries: Sequence[ListEntry], asked: list[str], now: datetime.datetime) -> list[Row]:
    """In a constant number of queries."""
    recent = Prefetch("claims", Claim.objects.not_lapsed(now).select_related("claimant"), to_attr="recent_claims")
    shown = Problem.objects.defer("imported").prefetch_related(recent)
    problems = shown.in_bulk([entry.pk for entry in entries])
    cells = result_cells(list(problems.values()))
    hits = hits_in(problems.values(), asked) if asked else {}
    return [
        Row(
            problem=problems[entry.pk],
            entry=entry,
            status=entry.status(now),
            claims=problems[entry.pk].recent_claims,  # type: ignore[attr-defined]
            result=cells.get(entry.pk),
            hit=hits.get(entry.pk),
        )
        for entry in entries
        if entry.pk in problems
    ]


def hits_in(problems: Iterable[Problem], asked: list[str]) -> dict[int, Hit]:
    """By problem, a passage for those whose statement does not say all that was asked for."""
    missing = {problem: [w for w in asked if w not in words_in(problem.statement, asked)] for problem in problems}
    unclear = [problem for problem, words in missing.items() if words]
    prefetch_related_objects(
        unclear,
        "category",
        "aliases",
        "parts",
        "predictions",
        Prefetch("references", Reference.objects.approved()),
        Prefetch("help_wanted", HelpWanted.objects.open()),
        Prefetch("comments", Comment.objects.approved().filter(removed_at=None)),
    )
    found = {problem.pk: best_hit(texts_of(problem), missing[problem]) for problem in unclear}
    return {pk: hit for pk, hit in found.items() if hit}


def texts_of(problem: Problem) -> list[tuple[str, str]]:
    """Everything else that the search reads, the likelier place first, each with what a reader calls it."""
    return [
        *(("also known as", f"{alias.number} in {alias.source}") for alias in problem.aliases.all()),
        *((f"part ({part.letter})", part.statement) for part in problem.parts.all()),
        ("subcategory", problem.subcategory),
        ("category", problem.category.name),
        *(("existing work", f"{work.title}. {work.note}".strip()) for work in problem.references.all()),
        *(("prediction", prediction.text) for prediction in problem.predictions.all()),
        *(("help wanted", wish.text) for wish in problem.help_wanted.all()),
        *(("discussion", comment.body) for comment in problem.comments.all()),
    ]
