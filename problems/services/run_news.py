"""What the catalogue does when somebody runs an experiment on a problem. Whoever carries runs out calls these."""

from django.db import transaction

from problems.models import Activity, Problem, User
from problems.services.activity import record_activity
from problems.services.claims import refresh_claim
from problems.services.following import follow_touched
from problems.services.status_history import note_status


@transaction.atomic
def run_submitted(problem: Problem, submitter: User) -> None:
    follow_touched(submitter, problem=problem)
    refresh_claim(problem, submitter)


@transaction.atomic
def run_ended(problem: Problem, submitter: User | None, *, title: str, url: str, is_success: bool) -> None:
    """A claim is fresh again however the run ended; only a run that succeeded is news to others."""
    if submitter:
        refresh_claim(problem, submitter)
    if is_success:
        record_activity(kind=Activity.Kind.RUN, problem=problem, actor=submitter, text=title, url=url)
        note_status(problem, reason=f"A run succeeded: {title}", by=submitter)
