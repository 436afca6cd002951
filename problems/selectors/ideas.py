"""Assembles the list of ideas and what one idea's page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q

from problems.models import Approval, Idea, User
from problems.models.community import IdeaQuerySet

STATES = {name: dict(choices) for name, choices in (("kind", Idea.Kind.choices), ("state", Idea.State.choices))}


@dataclass(frozen=True)
class IdeaList:
    ideas: IdeaQuerySet
    kinds: list["Choice"]
    states: list["Choice"]
    n_all: int
    query: str


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    n: int
    is_chosen: bool


def ideas_for(user: User | AnonymousUser) -> IdeaQuerySet:
    """With all that a page shows of each, in a constant number of queries."""
    duplicates = Prefetch("duplicates", queryset=Idea.objects.public())
    n_comments = Count("comments", filter=Q(comments__approval=Approval.APPROVED, comments__removed_at=None))
    found = Idea.objects.visible_to(user).select_related("added_by", "duplicate_of")
    return found.prefetch_related("related_problems", duplicates).annotate(n_comments=n_comments).order_by("-pk")


def idea_list(params: Mapping[str, str], user: User | AnonymousUser) -> IdeaList:
    """Filtered by `kind` and `state`; a value that means nothing is left out."""
    chosen = {name: params[name] for name in STATES if params.get(name) in STATES[name]}
    seen = Idea.objects.visible_to(user)
    return IdeaList(
        ideas=ideas_for(user).filter(**chosen),
        kinds=_choices("kind", seen, chosen),
        states=_choices("state", seen, chosen),
        n_all=seen.count(),
        query=urlencode(chosen),
    )


def _choices(name: str, seen: IdeaQuerySet, chosen: dict[str, str]) -> list[Choice]:
    """How many each choice would show, given the other filter."""
    others = seen.filter(**{other: value for other, value in chosen.items() if other != name})
    counts = dict(others.order_by().values_list(name).annotate(n=Count("pk")))
    return [
        Choice(value, label, counts.get(value, 0), chosen.get(name) == value) for value, label in STATES[name].items()
    ]
