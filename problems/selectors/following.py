"""What happened where somebody watches, and what was decided on what they added."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from problems.filters import PartOfAQuestion
from problems.models import Activity, CuratorAct, ListEntry, SavedFilter, Subscription, User
from problems.models.activity import ActivityQuerySet

SHOWN = 100
MOST_COUNTED = 99
MOST_TOLD = 1000
NEW_FOR = datetime.timedelta(days=30)


@dataclass(frozen=True)
class News:
    """What is new to one person since a moment."""

    activity: list[Activity]  # the latest first
    decisions: list[CuratorAct]
    n_activity: int  # up to MOST_TOLD
    since: datetime.datetime
    until: datetime.datetime

    @property
    def has_more(self) -> bool:
        return self.n_activity > len(self.activity)

    @property
    def n(self) -> int:
        return self.n_activity + len(self.decisions)


def activity_for(user: User) -> ActivityQuerySet:
    """Of others, where the person watches."""
    followed = Activity.objects.followed_by(user, found_by=problems_found_by)
    return followed.select_related("problem", "idea", "actor")


def activity_of_filter(saved: SavedFilter) -> ActivityQuerySet:
    return Activity.objects.filter(problem__in=problems_found_by(saved.query)).select_related(
        "problem", "idea", "actor"
    )


def problems_found_by(query: str) -> "QuerySet[ListEntry, int]":
    """The primary keys of what a saved filter finds, in no order."""
    asked = PartOfAQuestion(QueryDict(query))
    return asked.only(*asked.chosen).order_by().values_list("pk", flat=True)


def decisions_on(user: User) -> "QuerySet[CuratorAct]":
    """What curators decided on what the person added, and on their standing."""
    return CuratorAct.objects.filter(about=user).exclude(curator=user).select_related("problem")


def read_until(user: User) -> datetime.datetime:
    """What happened after it is new. What nobody marked as read stops being new in a month, so that the count in the
    header of each page never has much to look through."""
    return max(user.activity_read_at or user.date_joined, timezone.now() - NEW_FOR)


def news_for(user: User, *, since: datetime.datetime, until: datetime.datetime) -> News:
    activity = activity_for(user).filter(at__gt=since, at__lte=until)
    return News(
        activity=list(activity[:SHOWN]),
        decisions=list(decisions_on(user).filter(at__gt=since, at__lte=until)[:SHOWN]),
        n_activity=activity[:MOST_TOLD].count(),
        since=since,
        until=until,
    )


def n_unread(user: User) -> int:
    """For the header of each page: it stops counting at MOST_COUNTED + 1."""
    since = read_until(user)
    activity = activity_for(user).select_related(None).filter(at__gt=since).order_by().values_list("pk")
    decisions = decisions_on(user).select_related(None).filter(at__gt=since).order_by().values_list("pk")
    return len(activity.union(decisions, all=True)[: MOST_COUNTED + 1])


def subscriptions_of(user: User) -> "QuerySet[Subscription]":
    """What the person watches; what they left on purpose is left out."""
    things = ("problem", "category", "idea", "saved_filter")
    return Subscription.objects.filter(user=user, is_muted=False).select_related(*things).order_by("-created_at", "-pk")


def earlier_activity(user: User) -> ActivityQuerySet:
    return activity_for(user).filter(at__lte=read_until(user))
