"""Adds what a row of the old table says of a problem: who was on it, what exists, what help was sought."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from problems.models import Claim, CuratorAct, HelpWanted, Problem, Reference, User
from problems.services.approval import announce
from problems.services.audit import record_act
from problems.services.catalogue_files import parse_partial_date
from problems.services.listed import reindex


class NothingToAdd(Exception):
    """The row says nothing that is not there already."""


@dataclass(frozen=True)
class OldClaim:
    name: str
    date: str  # YYYY-MM-DD, YYYY-MM or YYYY
    remark: str


@transaction.atomic
def add_old_row(
    problem: Problem,
    *,
    claim: OldClaim | None,
    work_title: str,
    work_url: str,
    help_kind: str,
    help_text: str,
    curator: User,
) -> list[str]:
    """What was added, in words. A claim arrives with its true date, so old ones have lapsed."""
    added = []
    if claim and _add_claim(problem, claim):
        added.append(f"the claim of {claim.name}")
    if work_title:
        reference, is_new = Reference.objects.get_or_create(
            problem=problem,
            title=work_title,
            defaults={"kind": Reference.Kind.POST, "url": work_url, "added_by": curator},
        )
        if is_new:
            announce(reference)
            added.append("existing work")
    if help_text:
        wish = HelpWanted.objects.create(problem=problem, kind=help_kind, text=help_text, added_by=curator)
        announce(wish)
        added.append("help wanted")
    if not added:
        raise NothingToAdd("All of it is on the problem already.")
    url, reason = problem.get_absolute_url(), f"From a row of the old table: {', '.join(added)}."
    record_act(CuratorAct.Kind.IMPORTED, curator=curator, subject=str(problem), url=url, reason=reason, problem=problem)
    reindex(problem.pk)
    return added


def _add_claim(problem: Problem, claim: OldClaim) -> bool:
    started_at, precision = parse_partial_date(claim.date)
    _, is_new = Claim.objects.get_or_create(
        problem=problem,
        imported_name=claim.name,
        is_imported=True,
        defaults={
            "started_at": started_at,
            "last_activity_at": started_at,
            "date_precision": precision,
            "imported_text": claim.remark,
        },
    )
    return is_new


def is_date(text: str) -> bool:
    try:
        return parse_partial_date(text)[0] <= datetime.datetime.now(datetime.UTC)
    except ValueError:
        return False
