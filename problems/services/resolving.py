"""A curator signs that a problem, or a part of it, is answered and names the run that shows it; or takes that back."""

from django.db import transaction
from django.utils import timezone

from problems.evidence import run_cards
from problems.models import CuratorAct, Part, Problem, Resolution, User
from problems.services.audit import record_act
from problems.services.listed import relist
from problems.services.status_history import note_status


class CannotResolve(Exception):
    """Nothing was changed. The text says why."""


@transaction.atomic
def resolve(problem: Problem, *, part: Part | None, run: int, curator: User, reason: str) -> Resolution:
    locked = Problem.objects.select_for_update().get(pk=problem.pk)
    what = f"part ({part.letter})" if part else "the problem"
    if run not in run_cards([run]):
        raise CannotResolve(f"There is no run {run}. Name the run that shows the result.")
    if locked.resolutions.standing().filter(part=part).exists():
        raise CannotResolve(f"A standing resolution of {what} is there already. Take it back first.")
    resolution = Resolution.objects.create(problem=locked, part=part, run=run, reason=reason, signed_by=curator)
    _tell(resolution, CuratorAct.Kind.RESOLVED, curator=curator, reason=f"Run {run}: {reason}")
    return resolution


@transaction.atomic
def take_back(resolution: Resolution, *, curator: User, reason: str) -> bool:
    """True if it stood until now. It stays in the history."""
    now = timezone.now()
    standing = Resolution.objects.standing().filter(pk=resolution.pk)
    if not standing.update(withdrawn_at=now, withdrawal_reason=reason):
        return False
    _tell(resolution, CuratorAct.Kind.REOPENED, curator=curator, reason=reason)
    return True


def _tell(resolution: Resolution, kind: CuratorAct.Kind, *, curator: User, reason: str) -> None:
    problem, part = resolution.problem, resolution.part
    subject = f"{problem.number} ({part.letter})" if part else str(problem)
    url = f"{problem.get_absolute_url()}#status"
    record_act(kind, curator=curator, subject=subject, url=url, reason=reason, problem=problem)
    relist(problem.pk)
    note_status(problem, reason=reason, by=curator)
