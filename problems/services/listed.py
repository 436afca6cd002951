"""Keeps the list of problems and the search true. A service that changes what they show calls one of these at its end.

relist(problem.pk)          a claim, recipe or run: what the list filters and sorts by
reindex(problem.pk)         a problem, reference, comment, call for help, merge: that, and what the search finds
reindex_ideas(idea.pk)      an idea or a comment on it
rebuild()                   everything anew; `manage.py rebuild_list`
"""

from collections.abc import Iterable, Iterator, Mapping

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from problems.evidence import COUNTS
from problems.models import (
    Approval,
    Claim,
    Comment,
    HelpWanted,
    Idea,
    ListEntry,
    Prediction,
    Problem,
    Reference,
    Resolution,
    SearchWord,
)
from problems.models.entries import NEVER, RANGES, traits_of
from problems.models.querysets import number_of
from problems.search.engines import Document, Table, engine
from problems.search.spelling import learn
from problems.search.words import kept_words
from problems.status import Status

AT_ONCE = 1000
UNKNOWN_LAST = 99
EASIEST_FIRST = sorted(RANGES[1:])
HARDEST_FIRST = sorted(RANGES[1:], key=lambda both: both[::-1], reverse=True)


@transaction.atomic
def relist(*problems: int) -> None:
    """Works out the entries of these problems anew, one writer of each problem after the other."""
    locked = Problem.objects.select_for_update(no_key=True).filter(pk__in=problems).order_by("pk")
    list(locked.values_list("pk"))
    entries = [entry_of(problem) for problem in with_facts(problems)]
    ListEntry.objects.filter(pk__in=set(problems) - {entry.pk for entry in entries}).delete()
    names = [field.name for field in ListEntry._meta.concrete_fields if field.name != "problem"]
    ListEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["problem"], update_fields=names)


@transaction.atomic
def reindex(*problems: int) -> None:
    relist(*problems)
    write("problems_search", documents_of(problems))


@transaction.atomic
def reindex_ideas(*ideas: int) -> None:
    found = Idea.objects.filter(pk__in=ideas).prefetch_related("comments")
    shown = {idea.pk: document_of_idea(idea) for idea in found if not idea.is_rejected}
    write("ideas_search", {pk: shown.get(pk, {}) for pk in ideas})


def write(table: Table, documents: Mapping[int, Document]) -> None:
    engine().write(table, documents)
    learn({word for document in documents.values() for words in document.values() for word in words})


@transaction.atomic
def rebuild() -> int:
    """The whole list and search from what is stored. Returns how many problems are on the list."""
    ListEntry.objects.all().delete()
    SearchWord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM problems_search")
        cursor.execute("DELETE FROM ideas_search")
    for some in in_parts(Problem.objects.order_by("pk").values_list("pk", flat=True)):
        reindex(*some)
    for some in in_parts(Idea.objects.order_by("pk").values_list("pk", flat=True)):
        reindex_ideas(*some)
    return ListEntry.objects.count()


def in_parts(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = list(keys)
    while rest:
        yield rest[:AT_ONCE]
        rest = rest[AT_ONCE:]


def with_facts(problems: Iterable[int]) -> "list[Problem]":
    """Those of them that belong on the list, with all that an entry says."""
    held = Claim.objects.held().filter(problem=OuterRef("pk")).order_by("-last_activity_at")
    resolved = Resolution.objects.standing().of_whole_problem().filter(problem=OuterRef("pk"))
    found = Problem.objects.filter(pk__in=problems).defer("statement", "imported").with_evidence()
    facts = found.annotate(
        claimed_at=Subquery(held.values("last_activity_at")[:1]),
        is_resolved=Exists(resolved),
        n_claims=number_of(Claim.objects.all()),
        n_references=number_of(Reference.objects.all(), that=APPROVED),
        n_wishes=number_of(HelpWanted.objects.all(), that=APPROVED & Q(closed_at=None)),
        n_predictions=number_of(Prediction.objects.all()),
        n_comments=number_of(Comment.objects.all(), that=APPROVED & Q(removed_at=None)),
    )
    return [problem for problem in facts if is_listed(problem)]


def is_listed(problem: Problem) -> bool:
    """Looked at here and not in the query: SQLite would go through all that is approved."""
    return problem.approval == Approval.APPROVED and problem.merged_into_id is None


APPROVED = Q(approval=Approval.APPROVED)
COPIED = ("category_id", "index", "subcategory", "difficulty_low", "difficulty_high", "starred")
COUNTED = ("n_claims", "n_references", "n_wishes", "n_predictions", "n_comments")


def entry_of(problem: Problem) -> ListEntry:
    both = problem.difficulty_low + problem.difficulty_high
    entry = ListEntry(
        problem_id=problem.pk,
        reported=reported(problem),
        claimed_at=problem.claimed_at or NEVER,  # type: ignore[attr-defined]
        place_from_easiest=EASIEST_FIRST.index(both) if both else UNKNOWN_LAST,
        place_from_hardest=HARDEST_FIRST.index(both) if both else UNKNOWN_LAST,
        **{name: getattr(problem, name) for name in (*COPIED, *COUNTED, *COUNTS)},
    )
    entry.traits = traits_of(entry)
    return entry


def reported(problem: Problem) -> str:
    """The first of the rules in `ProblemQuerySet.with_status` that holds, those on claims left out."""
    rules = {
        Status.RESOLVED: "is_resolved",
        Status.CONTESTED: "n_contested_findings",
        Status.REPRODUCED: "n_reproduced_findings",
        Status.RESULT_REPORTED: "n_findings",
    }
    return next((status.value for status, fact in rules.items() if getattr(problem, fact)), "")


def documents_of(problems: Iterable[int]) -> dict[int, Document]:
    """What the search knows of each; nothing of one that is not on the list."""
    related = ("aliases", "parts", "references", "predictions", "help_wanted", "comments")
    found = Problem.objects.filter(pk__in=problems).select_related("category").prefetch_related(*related)
    documents = {problem.pk: document_of(problem) for problem in found if is_listed(problem)}
    return {pk: documents.get(pk, {}) for pk in problems}


def document_of(problem: Problem) -> Document:
    work = [f"{reference.title} {reference.note}" for reference in problem.references.all() if is_approved(reference)]
    wishes = [wish.text for wish in problem.help_wanted.all() if is_approved(wish) and not wish.closed_at]
    comments = [comment.body for comment in problem.comments.all() if is_approved(comment) and not comment.removed_at]
    numbers = [problem.number, *(alias.number for alias in problem.aliases.all())]
    return {
        "statement": kept_words(*numbers, problem.statement, *(part.statement for part in problem.parts.all())),
        "subject": kept_words(problem.subcategory, problem.category.name),
        "work": kept_words(*work, *(prediction.text for prediction in problem.predictions.all())),
        "discussion": kept_words(*wishes, *comments),
    }


def document_of_idea(idea: Idea) -> Document:
    comments = [comment.body for comment in idea.comments.all() if is_approved(comment) and not comment.removed_at]
    return {
        "statement": kept_words(idea.title, idea.summary),
        "subject": kept_words(idea.originator),
        "discussion": kept_words(*comments),
    }


def is_approved(item: Reference | HelpWanted | Comment) -> bool:
    return not (item.is_pending or item.is_rejected)
