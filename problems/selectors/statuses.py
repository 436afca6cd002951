"""The status of a problem, read from its entry on the list: to count runs and findings anew would take longer than all
else on its page."""

import datetime
from typing import Any

from problems.models import Problem
from problems.status import Status


def status_of(problem: Problem, now: datetime.datetime) -> tuple[Status, Any]:
    """With what it rests on, as attributes named in `problems.evidence.COUNTS`.

    What is merged or awaits approval has no entry; the problem itself is asked then, which gives the same.
    """
    if hasattr(problem, "entry"):
        return problem.entry.status(now), problem.entry
    counted: Any = Problem.objects.with_status(now).get(pk=problem.pk)
    return Status(counted.status), counted
