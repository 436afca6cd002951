"""New problems and their numbers. A number is given once: the history of problems that are gone counts too."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from problems.models import Category, Problem, User


@transaction.atomic
def add_problem(
    *, category: Category, added_by: User | None, reason: str, index: int | None = None, **fields: Any
) -> Problem:
    """A problem under the next free number of its category, or under `index`, which must never have been used."""
    locked = Category.objects.select_for_update().get(pk=category.pk)  # two problems may be added at once
    index = index or next_index(locked)
    if fields.get("difficulty_low") and not fields.get("difficulty_source"):
        fields["difficulty_source"] = Problem.DifficultySource.CURATOR
    problem = Problem(category=locked, index=index, number=f"{locked.number}.{index}", added_by=added_by, **fields)
    problem._change_reason = reason[:100]  # type: ignore[attr-defined]  # read by the history
    problem.save(force_insert=True)
    return problem


def next_index(category: Category) -> int:
    given = Problem.history.filter(category_id=category.pk).aggregate(last=Max("index"))["last"] or 0
    present = category.problems.aggregate(last=Max("index"))["last"] or 0
    return int(max(given, present)) + 1
