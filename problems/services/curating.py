"""What curators do to the catalogue itself: add, revise, split, take comments in. Each act leaves an audit line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from problems.models import Activity, Backlog, Category, Comment, CuratorAct, Part, Problem, User
from problems.services.activity import record_activity
from problems.services.audit import record_act
from problems.services.listed import reindex

LETTERS_OF_PARTS = "abcdefghijklmnopqrstuvwxyz"

# What the history keeps and a curator may change by hand.
REVISABLE = (
    "statement",
    "subcategory",
    "difficulty_low",
    "difficulty_high",
    "difficulty_note",
    "starred",
    "sources",
    "literature_checked_on",
)


class RevisedMeanwhile(Exception):
    """Somebody saved a revision after the one that the form showed; nothing was changed."""

    def __init__(self, seen: Any, latest: Any) -> None:
        super().__init__("The problem was revised meanwhile.")
        self.seen, self.latest = seen, latest


class TooManyParts(Exception):
    """A problem has at most 26 parts, and a letter is never given twice."""


@dataclass(frozen=True)
class Revision:
    id: int
    is_new: bool


def latest_revision(problem: Problem) -> Any:
    return problem.history.first()


@transaction.atomic
def add_category(*, number: int, name: str, motivation: str, tips: str, curator: User, reason: str) -> Category:
    category = Category.objects.create(number=number, name=name, motivation=motivation, tips=tips)
    record_act(
        CuratorAct.Kind.ADDED,
        curator=curator,
        subject=f"category {category}",
        url=category.get_absolute_url(),
        reason=reason,
    )
    return category


@transaction.atomic
def revise_category(category: Category, *, name: str, motivation: str, tips: str, curator: User, reason: str) -> None:
    category.name, category.motivation, category.tips = name, motivation, tips
    category.save(update_fields=["name", "motivation", "tips"])
    record_act(
        CuratorAct.Kind.EDITED,
        curator=curator,
        subject=f"category {category}",
        url=category.get_absolute_url(),
        reason=reason,
    )
    reindex(*category.problems.values_list("pk", flat=True))


@transaction.atomic
def revise_problem(
    problem: Problem,
    *,
    seen: int,
    curator: User,
    reason: str,
    see_also: Iterable[Problem] | None = None,
    kind: CuratorAct.Kind = CuratorAct.Kind.EDITED,
    **changes: Any,
) -> Revision:
    """A new revision, if anything changed. `seen` is the history id of the one that the curator worked from."""
    locked = Problem.objects.select_for_update().get(pk=problem.pk)
    latest = latest_revision(locked)
    if latest.history_id != seen:
        raise RevisedMeanwhile(locked.history.filter(history_id=seen).first(), latest)

    changed = {name: value for name, value in changes.items() if getattr(locked, name) != value}
    if {"difficulty_low", "difficulty_high"} & changed.keys():
        changed["difficulty_source"] = Problem.DifficultySource.CURATOR if changes["difficulty_low"] else ""
    is_linked_anew = see_also is not None and set(locked.see_also.all()) != set(see_also)
    if is_linked_anew and see_also is not None:
        locked.see_also.set(see_also)
    if changed:
        for name, value in changed.items():
            setattr(locked, name, value)
        locked._change_reason = reason[:100]  # type: ignore[attr-defined]  # read by the history
        locked.save(update_fields=list(changed))
    if changed or is_linked_anew:
        _tell(locked, kind, curator, reason)
    return Revision(latest_revision(locked).history_id, is_new=bool(changed))


@transaction.atomic
def split_into_parts(problem: Problem, *, statements: Iterable[str], curator: User, reason: str) -> list[Part]:
    """The next letters for these statements."""
    locked = Problem.objects.select_for_update().get(pk=problem.pk)
    taken = {part.letter for part in locked.parts.all()}
    last = max(map(LETTERS_OF_PARTS.index, taken), default=-1)
    free = LETTERS_OF_PARTS[last + 1 :]
    wanted = list(statements)
    if len(wanted) > len(free):
        raise TooManyParts(f"{len(free)} letters are left, and these are {len(wanted)} parts.")
    pairs = zip(free, wanted, strict=False)
    parts = [Part.objects.create(problem=locked, letter=letter, statement=text) for letter, text in pairs]
    _tell(locked, CuratorAct.Kind.SPLIT, curator, reason)
    return parts


@transaction.atomic
def incorporate(
    problem: Problem,
    *,
    statement: str,
    comments: Iterable[Comment],
    takes_in_runs: bool,
    seen: int,
    curator: User,
    reason: str,
) -> Revision:
    """Says which revision took comments, and all runs until now, into the statement; the backlog is shorter by them.

    With the statement as it is, the present revision is the one that reflects them.
    """
    kind = CuratorAct.Kind.INCORPORATED
    revision = revise_problem(problem, seen=seen, curator=curator, reason=reason, kind=kind, statement=statement)
    taken_in = Comment.objects.not_taken_in().filter(pk__in=[comment.pk for comment in comments], problem=problem)
    taken_in.update(taken_in_by=revision.id)
    if takes_in_runs:
        now = {"runs_taken_in_until": timezone.now(), "revision": revision.id, "cleared_by": curator}
        Backlog.objects.update_or_create(problem=problem, defaults=now)
    if not revision.is_new:
        url = problem.get_absolute_url()
        record_act(kind, curator=curator, subject=str(problem), url=url, reason=reason, problem=problem)
    return revision


def _tell(problem: Problem, kind: CuratorAct.Kind, curator: User, reason: str) -> None:
    """The audit, the followers and the list."""
    url = f"{problem.get_absolute_url()}#history"
    record_act(kind, curator=curator, subject=str(problem), url=url, reason=reason, problem=problem)
    record_activity(kind=Activity.Kind.REVISED, actor=curator, text=reason, url=url, problem=problem)
    reindex(problem.pk)
