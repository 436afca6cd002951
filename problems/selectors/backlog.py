"""What was said and run on a problem and is not yet reflected in its statement."""

import datetime
from collections.abc import Collection, Iterable
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


def not_reflected(
    problem: Problem, there: Collection[str] = ("comments", "backlog"), *, comments: Iterable[Comment] | None = None
) -> NotReflected:
    """`there` names what the problem has (surroundings.py), where that is known; `comments` are all of its comments,
    where they are at hand."""
    n_comments, oldest_comment = counted(problem) if comments is None else waiting_among(comments)
    cleared = Backlog.objects.filter(problem=problem).first() if "backlog" in there else None
    runs = runs_since(problem, cleared.runs_taken_in_until if cleared else None)
    oldest = min(filter(None, [oldest_comment, runs.oldest]), default=None)
    return NotReflected(n_comments, runs.n, oldest)


def counted(problem: Problem) -> tuple[int, datetime.datetime | None]:
    waiting = Comment.objects.not_taken_in().filter(problem=problem)
    found = waiting.aggregate(n=Count("pk"), oldest=Min("created_at"))
    return found["n"], found["oldest"]


def waiting_among(comments: Iterable[Comment]) -> tuple[int, datetime.datetime | None]:
    waiting = [comment.created_at for comment in comments if comment.is_not_taken_in]
    return len(waiting), min(waiting, default=None)
