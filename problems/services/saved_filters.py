"""Filtered lists under a name, each for the person who saved it."""

from django.db import IntegrityError, transaction
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import SavedFilter, User
from problems.selectors.listing import query_of


class NameTaken(ValueError):
    """The person has a list of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"You have a list named “{name}” already. Give another name.")


def save_filter(owner: User, *, name: str, query: str) -> SavedFilter:
    """Keeps the canonical form of the query, without what means nothing."""
    canonical = query_of(ProblemFilter(QueryDict(query)))
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(owner=owner, name=name, query=canonical)
    except IntegrityError as error:
        raise NameTaken(name) from error


def rename_filter(saved: SavedFilter, *, name: str) -> None:
    try:
        with transaction.atomic():
            SavedFilter.objects.filter(pk=saved.pk).update(name=name)
    except IntegrityError as error:
        raise NameTaken(name) from error


def delete_filter(saved: SavedFilter) -> None:
    """Also ends what followed it."""
    saved.delete()
