"""The lists that somebody saved, with what each asks for and how much it shows now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Value
from django.http import QueryDict

from problems.filters import PartOfAQuestion
from problems.models import SavedFilter, Subscription, User
from problems.selectors.listing import describe_all

AT_ONCE = 100  # SQLite joins up to 500 counts in one query


@dataclass(frozen=True)
class SavedList:
    saved: SavedFilter
    says: list[str]  # what it asks for, one filter after the other
    n: int
    is_watched: bool


def saved_lists(owner: User) -> list[SavedList]:
    """In three queries for up to AT_ONCE of them."""
    filters = {saved: PartOfAQuestion(QueryDict(saved.query)) for saved in owner.saved_filters.all()}
    counts = dict(counts_of((saved.pk, asked) for saved, asked in filters.items()))
    watched = Subscription.objects.filter(user=owner, is_muted=False, saved_filter__isnull=False)
    keys = set(watched.values_list("saved_filter", flat=True))
    return [
        SavedList(saved, describe_all(asked), counts[saved.pk], saved.pk in keys) for saved, asked in filters.items()
    ]


def counts_of(filters: Iterable[tuple[int, PartOfAQuestion]]) -> Iterator[tuple[int, int]]:
    """How many problems each filter finds, by its key."""
    counted = [number_of(key, asked) for key, asked in filters]
    while counted:
        first, *others = counted[:AT_ONCE]
        yield from first.union(*others, all=True) if others else first
        counted = counted[AT_ONCE:]


def number_of(key: int, asked: PartOfAQuestion) -> "QuerySet[Any, Any]":
    """One row, the key and the number, also where nothing is found."""
    found = asked.only(*asked.chosen).order_by()
    return found.values(which=Value(key)).annotate(n=Count("pk")).values_list("which", "n")
