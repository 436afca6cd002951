"""Whose additions need approval, and who is told of an addition once it needs none."""

import datetime
from collections import Counter
from typing import TypeAlias

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from problems.markdown import plain_text_of
from problems.models import Activity, Approval, Comment, HelpWanted, Idea, Proposal, Reference, Standing, User
from problems.services.activity import record_activity

Contribution: TypeAlias = Comment | Reference | Idea | HelpWanted | Proposal

# By the name that stands in addresses and forms; in the order in which the queue shows them.
CONTRIBUTIONS: dict[str, type[Contribution]] = {
    "comment": Comment,
    "reference": Reference,
    "idea": Idea,
    "help-wanted": HelpWanted,
    "problem": Proposal,
}


def standing_of(user: User, *, n_approved: int | None = None) -> Standing:
    """Curators and those they trust; others are trusted once they are here long enough and enough was approved.

    `n_approved` spares the counting where it is known.
    """
    if user.is_curator:
        return Standing.CURATOR
    if user.is_trusted:
        return Standing.TRUSTED
    is_old_enough = timezone.now() - user.date_joined >= datetime.timedelta(days=settings.TRUST_AFTER_DAYS)
    if not is_old_enough:
        return Standing.NEW
    n_approved = n_approved_of(user) if n_approved is None else n_approved
    return Standing.TRUSTED if n_approved >= settings.TRUST_AFTER_APPROVED else Standing.NEW


def shown_standing(user: User, *, standing: Standing | None = None) -> Standing:
    """What a person is called: by what holds here, or by the archive their account was read from, if that is more.

    A word only. Whoever asks what somebody may do asks `standing_of`.
    """
    standing = standing or standing_of(user)
    recorded = Standing(user.recorded_standing or Standing.NEW)
    return max(standing, recorded, key=list(Standing).index)


def shown_standings() -> dict[int, str]:
    """What everybody is called, by key, in as many queries whatever their number."""
    n_approved: Counter[int] = Counter()
    for kind in CONTRIBUTIONS.values():
        by_author = kind.objects.approved().filter(added_by__isnull=False).order_by().values_list("added_by")
        n_approved.update(dict(by_author.annotate(n=Count("pk"))))
    return {
        user.pk: shown_standing(user, standing=standing_of(user, n_approved=n_approved[user.pk])).value
        for user in User.objects.only("is_curator", "is_trusted", "date_joined", "recorded_standing").iterator()
    }


def approval_for(user: User) -> Approval:
    """The approval with which something that this person adds begins."""
    return Approval.PENDING if standing_of(user) == Standing.NEW else Approval.APPROVED


def n_approved_of(user: User) -> int:
    return sum(kind.objects.approved().filter(added_by=user).count() for kind in CONTRIBUTIONS.values())


def kind_of(item: Contribution) -> str:
    return next(name for name, model in CONTRIBUTIONS.items() if isinstance(item, model))


def place_of(item: Contribution) -> str:
    """The path of the page it is on, with the fragment of its place there."""
    match item:
        case Reference():
            return f"{item.problem.get_absolute_url()}#reference-{item.pk}"
        case HelpWanted():
            return f"{item.problem.get_absolute_url()}#help-wanted-{item.pk}"
        case Proposal(problem=problem) if problem:
            return problem.get_absolute_url()
    return item.get_absolute_url()


def announce(item: Contribution) -> Activity | None:
    """The line of activity of an approved contribution. One that awaits approval has none until it is approved.

    Services that add one call it; approving calls it for what waited.
    """
    if item.approval != Approval.APPROVED:
        return None
    kind, text = _kind_and_text(item)
    return record_activity(
        kind=kind,
        actor=item.added_by,
        text=text,
        url=place_of(item),
        problem=getattr(item, "problem", None),
        idea=item if isinstance(item, Idea) else getattr(item, "idea", None),
    )


def withdraw_announcement(item: Contribution) -> None:
    """What was approved and is no more leaves the feeds too."""
    Activity.objects.filter(url=place_of(item), actor=item.added_by_id).delete()


def _kind_and_text(item: Contribution) -> tuple[Activity.Kind, str]:
    match item:
        case Comment():
            return Activity.Kind.COMMENTED, plain_text_of(item.body)
        case Reference():
            return Activity.Kind.REFERENCE, item.title
        case Idea():
            return Activity.Kind.IDEA, item.title
        case HelpWanted():
            return Activity.Kind.HELP_WANTED, f"{item.get_kind_display()}: {item.text}"
        case Proposal():
            return Activity.Kind.PROBLEM, item.statement
