"""Following a problem, category, idea or saved filter. Each function takes the user and one thing by its name."""

import datetime
from typing import TypedDict, Unpack

from django.db.models import Q

from problems.models import Category, Idea, Problem, SavedFilter, Subscription, User


class Thing(TypedDict, total=False):
    """Exactly one of these; the database refuses anything else."""

    problem: Problem
    category: Category
    idea: Idea
    saved_filter: SavedFilter


def follow(user: User, **thing: Unpack[Thing]) -> Subscription:
    """On purpose: it renews what was left before."""
    subscription, _ = Subscription.objects.update_or_create(user=user, **thing, defaults={"is_muted": False})
    return subscription


def follow_touched(user: User, **thing: Unpack[Thing]) -> None:
    """Because they did something there: what they left stays left."""
    Subscription.objects.get_or_create(user=user, **thing)


def unfollow(user: User, **thing: Unpack[Thing]) -> None:
    """Kept as muted, so that neither touching it nor following its category brings it back."""
    Subscription.objects.update_or_create(user=user, **thing, defaults={"is_muted": True})


def is_following(user: User, **thing: Unpack[Thing]) -> bool:
    return Subscription.objects.filter(user=user, is_muted=False, **thing).exists()


def mark_read(user: User, *, until: datetime.datetime) -> None:
    """What happened until then is no longer new; it never becomes new again."""
    unread = Q(activity_read_at=None) | Q(activity_read_at__lt=until)
    User.objects.filter(unread, pk=user.pk).update(activity_read_at=until)
