"""Which things a problem has at all. Most problems have few of them, and one question is quicker than a dozen that find
nothing."""

from django.db import connection
from django.db.models import Model

from problems.models import (
    Alias,
    Backlog,
    Claim,
    Comment,
    HelpWanted,
    Idea,
    Part,
    Prediction,
    Problem,
    Reference,
    Resolution,
    StatusChange,
)

# By the name under which a problem gives them: where they are kept, and the column that names the problem.
PLACES: dict[str, tuple[type[Model], str]] = {
    "aliases": (Alias, "problem_id"),
    "backlog": (Backlog, "problem_id"),
    "claims": (Claim, "problem_id"),
    "comments": (Comment, "problem_id"),
    "help_wanted": (HelpWanted, "problem_id"),
    "ideas": (Idea.related_problems.through, "problem_id"),
    "merged": (Problem, "merged_into_id"),
    "parts": (Part, "problem_id"),
    "predictions": (Prediction, "problem_id"),
    "references": (Reference, "problem_id"),
    "resolutions": (Resolution, "problem_id"),
    "see_also": (Problem.see_also.through, "from_problem_id"),
    "seen_from": (Problem.see_also.through, "to_problem_id"),
    "status_changes": (StatusChange, "problem_id"),
}
WHICH = "SELECT " + ", ".join(
    f"EXISTS (SELECT 1 FROM {kept._meta.db_table} WHERE {column} = %s)" for kept, column in PLACES.values()
)


def things_around(problem: Problem) -> frozenset[str]:
    """The names in PLACES of what the problem has, whoever may see it."""
    with connection.cursor() as cursor:
        cursor.execute(WHICH, [problem.pk] * len(PLACES))
        answers = cursor.fetchone()
    return frozenset(name for name, is_there in zip(PLACES, answers, strict=True) if is_there)
