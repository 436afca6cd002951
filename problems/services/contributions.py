"""Existing work and calls for help, as members add them to a problem."""

from django.db import transaction
from django.utils import timezone

from problems.models import HelpWanted, Problem, Reference, User
from problems.services.approval import announce, approval_for
from problems.services.following import follow_touched
from problems.services.limits import spend
from problems.services.listed import reindex


@transaction.atomic
def add_reference(
    problem: Problem, *, added_by: User, title: str, url: str, kind: str, sign: str, note: str
) -> Reference:
    spend("references", by=added_by)
    reference = Reference.objects.create(
        problem=problem,
        added_by=added_by,
        approval=approval_for(added_by),
        title=title,
        url=url,
        kind=kind,
        sign=sign,
        note=note,
    )
    settle(reference, added_by)
    return reference


@transaction.atomic
def ask_for_help(problem: Problem, *, added_by: User, kind: str, text: str) -> HelpWanted:
    spend("help-wanted", by=added_by)
    approval = approval_for(added_by)
    wish = HelpWanted.objects.create(problem=problem, added_by=added_by, approval=approval, kind=kind, text=text)
    settle(wish, added_by)
    return wish


@transaction.atomic
def close_help(wish: HelpWanted) -> None:
    """Found, or no longer looked for."""
    if HelpWanted.objects.filter(pk=wish.pk, closed_at=None).update(closed_at=timezone.now()):
        reindex(wish.problem_id)


def settle(item: Reference | HelpWanted, added_by: User) -> None:
    announce(item)
    follow_touched(added_by, problem=item.problem)
    reindex(item.problem_id)
