"""Where a problem stands as plain data, for the API."""

from typing import Any

from problems.models import Problem
from problems.selectors.backlog import not_reflected


def standing_of(problem: Problem) -> dict[str, Any]:
    waits = not_reflected(problem)
    return {
        "parts": [
            {
                "letter": part.letter,
                "statement": part.statement,
                "status": part.status,  # type: ignore[attr-defined]
            }
            for part in problem.parts.with_status()
        ],
        "status_history": [
            {"before": change.before, "after": change.after, "reason": change.reason, "at": change.at}
            for change in problem.status_changes.all()
        ],
        "resolutions": [
            {"part": signed.part.letter if signed.part else None, "run": signed.run, "reason": signed.reason}
            for signed in problem.resolutions.standing().select_related("part")
        ],
        "backlog": {"comments": waits.n_comments, "runs": waits.n_runs, "oldest": waits.oldest},
        "literature_checked_on": problem.literature_checked_on,
        "revision": problem.history.count(),
    }
