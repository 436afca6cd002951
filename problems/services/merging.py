"""Merging a duplicate into another problem, and taking that back.

What people wrote and follow moves to the problem that stays, and each move is noted so that it can be reversed. What
would collide there (a claim of the same person, a reference of the same title) stays visible on the page of the
duplicate, as do its experiments, its parts and its history. The duplicate keeps its number and leads on to the other.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from problems.models import Alias, CuratorAct, Merge, Problem, User
from problems.services.audit import record_act
from problems.services.listed import reindex
from problems.services.status_history import note_status

ALIAS_SOURCE = "merged"


class CannotMerge(Exception):
    """Nothing was changed. The text says why."""


@transaction.atomic
def merge_duplicate(duplicate: Problem, *, into: Problem, curator: User, reason: str) -> Merge:
    duplicate, into = _locked(duplicate, into)
    if duplicate == into:
        raise CannotMerge("A problem is no duplicate of itself.")
    if duplicate.merged_into:
        raise CannotMerge(f"{duplicate.number} is merged into {duplicate.merged_into.number} already.")
    if into.merged_into:
        raise CannotMerge(f"{into.number} is itself merged into {into.merged_into.number}. Name that one.")
    if duplicate.merged.exists():
        raise CannotMerge(f"Others are merged into {duplicate.number}. Take that back first, or merge the other way.")

    moved = {name: _move(rows, into) for name, rows in movable(duplicate, into).items()}
    merge = Merge.objects.create(duplicate=duplicate, into=into, moved=moved, reason=reason, merged_by=curator)
    _point(duplicate, into, reason=f"merged into {into.number}: {reason}")
    Alias.objects.get_or_create(problem=into, number=duplicate.number, source=ALIAS_SOURCE)
    _tell(merge, curator=curator, reason=reason)
    return merge


@transaction.atomic
def undo_merge(merge: Merge, *, curator: User, reason: str) -> bool:
    """Moves back what the merge had moved and is still there. True if the merge stood until now."""
    if not Merge.objects.standing().filter(pk=merge.pk).update(undone_at=timezone.now()):
        return False
    duplicate, into = _locked(merge.duplicate, merge.into)
    for name, keys in merge.moved.items():
        _move(getattr(into, name).filter(pk__in=keys), duplicate)
    _point(duplicate, None, reason=f"no longer merged into {into.number}: {reason}")
    into.aliases.filter(number=duplicate.number, source=ALIAS_SOURCE).delete()
    _tell(merge, curator=curator, reason=f"Taken back: {reason}")
    return True


def movable(duplicate: Problem, into: Problem) -> dict[str, "QuerySet[Any]"]:
    """What can move without meeting its like, by the name of the relation."""
    claimants = into.claims.values("claimant").filter(claimant__isnull=False)
    imported = into.claims.filter(is_imported=True).values("imported_name")
    met_claims = Q(claimant__in=claimants) | Q(is_imported=True, imported_name__in=imported)
    return {
        "claims": duplicate.claims.exclude(met_claims),
        "references": duplicate.references.exclude(title__in=into.references.values("title")),
        "comments": duplicate.comments.all(),
        "help_wanted": duplicate.help_wanted.all(),
        "subscriptions": duplicate.subscriptions.exclude(user__in=into.subscriptions.values("user")),
    }


def _move(rows: "QuerySet[Any]", problem: Problem) -> list[int]:
    keys = list(rows.values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).update(problem=problem)
    return keys


def _locked(*problems: Problem) -> list[Problem]:
    """In the order of keys, so that two merges never wait for each other."""
    found = Problem.objects.select_for_update(of=("self",)).select_related("merged_into").order_by("pk")
    by_key = {problem.pk: problem for problem in found.filter(pk__in=[problem.pk for problem in problems])}
    return [by_key[problem.pk] for problem in problems]


def _point(duplicate: Problem, into: Problem | None, *, reason: str) -> None:
    duplicate.merged_into = into
    duplicate._change_reason = reason[:100]  # type: ignore[attr-defined]  # read by the history
    duplicate.save(update_fields=["merged_into"])


def _tell(merge: Merge, *, curator: User, reason: str) -> None:
    record_act(
        CuratorAct.Kind.MERGED,
        curator=curator,
        subject=f"{merge.duplicate.number} into {merge.into.number}",
        url=merge.into.get_absolute_url(),
        reason=reason,
        problem=merge.into,
    )
    reindex(merge.duplicate.pk, merge.into.pk)
    for problem in (merge.duplicate, merge.into):
        note_status(problem, reason=f"{merge.duplicate.number} and {merge.into.number}: {reason}", by=curator)
