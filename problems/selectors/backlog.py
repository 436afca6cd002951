"""What was said and run on a problem and is not yet reflected in its statement."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Min

from problems.evidence import runs_since
from problems.models import Backlog, Comment, Problem


@dataclass(frozen=True)
class NotReflected:
    n_comments: int
    n_runs: int
    oldest: datetime.datetime | None

    def __bool__(self) -> bool:
        return bool(self.n_comments or self.n_runs)


def not_reflected(problem: Problem, there: Collection[str] = ("comments", "backlog")) -> NotReflected:
    """`there` names what the problem has (surroundings.py), where that is known."""
    comments = Comment.objects.not_taken_in().filter(problem=problem) if "comments" in there else Comment.objects.none()
    counted = comments.aggregate(n=Count("pk"), oldest=Min("created_at"))
    cleared = Backlog.objects.filter(problem=problem).first() if "backlog" in there else None
    runs = runs_since(problem, cleared.runs_taken_in_until if cleared else None)
    oldest = min(filter(None, [counted["oldest"], runs.oldest]), default=None)
    return NotReflected(counted["n"], runs.n, oldest)
