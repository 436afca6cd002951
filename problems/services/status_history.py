"""Each change of a computed status, written down with its reason when it is noticed."""

from django.db import transaction
from django.db.models import CharField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from problems.models import Activity, Problem, StatusChange, User
from problems.models.querysets import ProblemQuerySet
from problems.services.activity import record_activity
from problems.status import Status

NOBODY_IS_FRESH = "Nobody has a fresh claim on it any more."
NOTICED = "What is known of the problem changed."


@transaction.atomic
def note_status(problem: Problem, *, reason: str, by: User | None = None) -> StatusChange | None:
    """Writes the change down if the status differs from the last one noted. Call it after whatever may change it.

    A problem with nothing noted began Open.
    """
    Problem.objects.select_for_update(no_key=True).get(pk=problem.pk)  # two actors may notice one change
    now = with_noted_status(Problem.objects.filter(pk=problem.pk)).get()
    before, after = Status(now.noted_status), Status(now.status)  # type: ignore[attr-defined]
    if before == after:
        return None

    change = StatusChange.objects.create(problem=problem, before=before, after=after, reason=reason[:300], by=by)
    record_activity(
        kind=Activity.Kind.STATUS,
        problem=problem,
        actor=by,
        text=f"{before.label} to {after.label}: {reason}",
        url=f"{problem.get_absolute_url()}#status",
    )
    return change


def note_all_statuses() -> int:
    """The nightly round: time alone changes a status when claims go quiet. Returns how many changes were noted."""
    differing = with_noted_status(Problem.objects.all()).exclude(Q(status=F("noted_status")))
    return sum(note_status(problem, reason=reason_for(problem)) is not None for problem in list(differing))


def reason_for(problem: Problem) -> str:
    before = Status(problem.noted_status)  # type: ignore[attr-defined]
    after = Status(problem.status)  # type: ignore[attr-defined]
    went_quiet = before == Status.BEING_WORKED_ON and after == Status.OPEN
    return NOBODY_IS_FRESH if went_quiet else NOTICED


def with_noted_status(problems: ProblemQuerySet) -> ProblemQuerySet:
    """Adds `noted_status` beside `status`."""
    latest = StatusChange.objects.filter(problem=OuterRef("pk")).order_by("-at", "-pk").values("after")[:1]
    began = Value(Status.OPEN.value)
    return problems.with_status().annotate(noted_status=Coalesce(Subquery(latest), began, output_field=CharField()))
