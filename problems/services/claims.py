"""Claims: made, refreshed, released. A claim never locks a problem and one person never has two on it."""

import datetime

from django.db import transaction
from django.utils import timezone

from problems.models import Claim, ClaimEvent, Freshness, Problem, User


@transaction.atomic
def claim_problem(problem: Problem, claimant: User, *, plan: str, expected_on: datetime.date | None = None) -> Claim:
    """A new claim, or the person's earlier one with the new plan: resumed if lapsed, started anew if released."""
    now = timezone.now()
    claim, created = Claim.objects.select_for_update().get_or_create(
        problem=problem,
        claimant=claimant,
        defaults={"plan": plan, "expected_on": expected_on, "started_at": now, "last_activity_at": now},
    )
    if created:
        record(claim, ClaimEvent.Kind.CLAIMED, plan, at=now)
        return claim

    kind = {
        Freshness.RELEASED: ClaimEvent.Kind.CLAIMED,
        Freshness.LAPSED: ClaimEvent.Kind.RESUMED,
    }.get(claim.freshness, ClaimEvent.Kind.CHANGED)
    if claim.released_at:
        claim.started_at, claim.released_at = now, None
    claim.plan, claim.expected_on, claim.last_activity_at = plan, expected_on, now
    claim.save(update_fields=["plan", "expected_on", "started_at", "released_at", "last_activity_at"])
    record(claim, kind, plan, at=now)
    return claim


@transaction.atomic
def note_on_claim(claim: Claim, *, text: str) -> None:
    """Progress in a line or two; the claim is fresh again."""
    now = timezone.now()
    Claim.objects.filter(pk=claim.pk).update(last_activity_at=now)
    record(claim, ClaimEvent.Kind.NOTED, text, at=now)


@transaction.atomic
def release_claim(claim: Claim) -> bool:
    """True if the claim was held until now. It stays in the history and may be made again."""
    now = timezone.now()
    if not Claim.objects.held().filter(pk=claim.pk).update(released_at=now):
        return False
    record(claim, ClaimEvent.Kind.RELEASED, "", at=now)
    return True


def record(claim: Claim, kind: ClaimEvent.Kind, text: str, *, at: datetime.datetime) -> None:
    ClaimEvent.objects.create(claim=claim, kind=kind, text=text, at=at)
