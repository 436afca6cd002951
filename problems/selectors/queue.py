"""What awaits a curator: every pending contribution with its context and how its author stands."""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count

from problems.models import Approval, Idea, Problem, Standing, User
from problems.services.approval import CONTRIBUTIONS, Contribution, kind_of, place_of, standing_of

SHOWN = 50
KIND_NAMES = {
    "comment": "Comment",
    "reference": "Existing work",
    "idea": "Idea",
    "help-wanted": "Help wanted",
    "problem": "Proposed problem",
}


@dataclass(frozen=True)
class Author:
    """How somebody stands, from what became of their contributions."""

    user: User
    standing: Standing
    n_approved: int
    n_rejected: int
    n_pending: int


@dataclass(frozen=True)
class Waiting:
    item: Contribution
    kind: str
    author: Author | None

    @property
    def kind_name(self) -> str:
        return KIND_NAMES[self.kind]

    @property
    def url(self) -> str:
        return place_of(self.item)

    @property
    def on(self) -> Problem | Idea | None:
        """What it was added to; ideas and proposed problems stand for themselves."""
        return getattr(self.item, "problem", None) or getattr(self.item, "idea", None)

    @property
    def text(self) -> str:
        """What there is to judge, as Markdown."""
        item = self.item
        return str(
            next(
                getattr(item, name) for name in ("body", "summary", "statement", "text", "note") if hasattr(item, name)
            )
        )


@dataclass(frozen=True)
class Queue:
    waiting: list[Waiting]
    n_waiting: int
    authors: list[Author]  # of what is shown, those with most waiting first


def moderation_queue() -> Queue:
    """The oldest first, in a constant number of queries."""
    pending = [model.objects.pending().order_by("created_at") for model in CONTRIBUTIONS.values()]
    shown = [list(_with_context(rows)[:SHOWN]) for rows in pending]
    oldest = list(islice(heapq.merge(*shown, key=lambda item: item.created_at), SHOWN))
    authors = authors_of(item.added_by for item in oldest if item.added_by)
    return Queue(
        waiting=[Waiting(item, kind_of(item), authors.get(item.added_by_id)) for item in oldest],
        n_waiting=sum(rows.count() for rows in pending),
        authors=sorted(authors.values(), key=lambda author: -author.n_pending),
    )


def _with_context(rows: Any) -> Any:
    """The rows of one of the five models, with what they were added to."""
    names = {field.name for field in rows.model._meta.get_fields()}
    return rows.select_related("added_by", *({"problem", "idea", "category"} & names))


def authors_of(users: Iterable[User]) -> dict[int, Author]:
    """By primary key, in a constant number of queries."""
    people = {user.pk: user for user in users}
    counts: Counter[tuple[int, str]] = Counter()
    for model in CONTRIBUTIONS.values():
        rows = model.objects.filter(added_by__in=people).order_by().values_list("added_by", "approval")
        for added_by, approval, n in rows.annotate(n=Count("pk")):
            counts[added_by, approval] += n
    return {
        pk: Author(
            user,
            standing_of(user, n_approved=counts[pk, Approval.APPROVED]),
            n_approved=counts[pk, Approval.APPROVED],
            n_rejected=counts[pk, Approval.REJECTED],
            n_pending=counts[pk, Approval.PENDING],
        )
        for pk, user in people.items()
    }
