"""What the rows and cards of a list show."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from problems.evidence import ResultCell, result_cells
from problems.models import Alias, Category, Claim, Comment, HelpWanted, ListEntry, Part, Prediction, Problem, Reference
from problems.search.snippets import Hit, best_hit, words_in
from problems.status import Status

OF_A_CLAIM = ("problem", "last_activity_at", "is_imported", "imported_name", "claimant__username")


@dataclass(frozen=True)
class Row:
    entry: ListEntry
    statement: str
    status: Status
    claims: list[Claim]  # fresh and quiet ones, the most recently active first
    result: ResultCell | None
    hit: Hit | None = None  # where a search found what the statement does not say


def rows_of(entries: Sequence[ListEntry], asked: list[str], now: datetime.datetime) -> list[Row]:
    """In a constant number of queries."""
    keys = [entry.pk for entry in entries]
    statements = dict(Problem.objects.filter(pk__in=keys).order_by().values_list("pk", "statement"))
    claims, cells = claims_of(entries, now), result_cells(entries)
    hits = hits_in(entries, statements, asked) if asked else {}
    return [
        Row(
            entry=entry,
            statement=statements[entry.pk],
            status=entry.status(now),
            claims=claims.get(entry.pk, []),
            result=cells.get(entry.pk),
            hit=hits.get(entry.pk),
        )
        for entry in entries
        if entry.pk in statements
    ]


def claims_of(entries: Iterable[ListEntry], now: datetime.datetime) -> dict[int, list[Claim]]:
    """Those that have not lapsed, by problem; asked for only where somebody was active since."""
    since = now - datetime.timedelta(days=settings.CLAIM_QUIET_DAYS)
    claimed: dict[int, list[Claim]] = {entry.pk: [] for entry in entries if entry.claimed_at >= since}
    if claimed:
        shown = Claim.objects.not_lapsed(now).filter(problem__in=claimed).select_related("claimant").only(*OF_A_CLAIM)
        for claim in shown:
            claimed[claim.problem_id].append(claim)
    return claimed


def hits_in(entries: Iterable[ListEntry], statements: Mapping[int, str], asked: list[str]) -> dict[int, Hit]:
    """By problem, a passage for those whose statement does not say all that was asked for."""
    said = {pk: words_in(statement, asked) for pk, statement in statements.items()}
    missing = {pk: [word for word in asked if word not in words] for pk, words in said.items()}
    texts = texts_of([entry for entry in entries if missing.get(entry.pk)])
    found = {pk: best_hit(sources, missing[pk]) for pk, sources in texts.items()}
    return {pk: hit for pk, hit in found.items() if hit}


def texts_of(entries: Sequence[ListEntry]) -> dict[int, list[tuple[str, str]]]:
    """By problem, everything else that the search reads, the likelier place first, each with what a reader calls it."""
    found: dict[int, list[tuple[str, str]]] = {entry.pk: [] for entry in entries}
    for place in (names_of, work_on, wishes_on, said_on) if entries else ():
        for pk, name, text in place(entries):
            found[pk].append((name, text))
    return found


def names_of(entries: Sequence[ListEntry]) -> Iterator[tuple[int, str, str]]:
    """Numbers elsewhere, parts, subcategory and category."""
    keys = [entry.pk for entry in entries]
    categories = dict(Category.objects.order_by().values_list("pk", "name"))
    aliases = Alias.objects.filter(problem__in=keys).order_by("source")
    for pk, number, source in aliases.values_list("problem", "number", "source"):
        yield pk, "also known as", f"{number} in {source}"
    parts = Part.objects.filter(problem__in=keys).order_by("letter")
    for pk, letter, statement in parts.values_list("problem", "letter", "statement"):
        yield pk, f"part ({letter})", statement
    for entry in entries:
        yield entry.pk, "subcategory", entry.subcategory
        yield entry.pk, "category", categories[entry.category_id]


def work_on(entries: Sequence[ListEntry]) -> Iterator[tuple[int, str, str]]:
    works = Reference.objects.approved().filter(problem__in=[entry.pk for entry in entries if entry.n_references])
    for pk, title, note in works.order_by("pk").values_list("problem", "title", "note"):
        yield pk, "existing work", f"{title}. {note}".strip()
    predictions = Prediction.objects.filter(problem__in=[entry.pk for entry in entries if entry.n_predictions])
    for pk, text in predictions.order_by("predicted_on", "pk").values_list("problem", "text"):
        yield pk, "prediction", text


def wishes_on(entries: Sequence[ListEntry]) -> Iterator[tuple[int, str, str]]:
    wishes = HelpWanted.objects.open().filter(problem__in=[entry.pk for entry in entries if entry.n_wishes])
    for pk, text in wishes.order_by("-created_at").values_list("problem", "text"):
        yield pk, "help wanted", text


def said_on(entries: Sequence[ListEntry]) -> Iterator[tuple[int, str, str]]:
    discussed = [entry.pk for entry in entries if entry.n_comments]
    comments = Comment.objects.approved().filter(problem__in=discussed, removed_at=None)
    for pk, body in comments.order_by("created_at", "pk").values_list("problem", "body"):
        yield pk, "discussion", body
