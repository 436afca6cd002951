"""Claims: made, refreshed, resumed, released. A claim never locks a problem and one person never has two on it."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from problems.models import Activity, Claim, ClaimEvent, Freshness, Part, Problem, User
from problems.services.activity import record_activity
from problems.services.claim_cap import refuse_over_cap
from problems.services.claim_mail import mail_other_claimants
from problems.services.following import follow_touched
from problems.services.limits import spend
from problems.services.listed import relist
from problems.services.status_history import note_status

Kind = ClaimEvent.Kind


@transaction.atomic
def claim_problem(
    problem: Problem,
    claimant: User,
    *,
    plan: str,
    expected_on: datetime.date | None = None,
    parts: Iterable[Part] = (),
    over_cap_reason: str = "",
) -> Claim:
    """A new claim, or the person's earlier one with the new plan: resumed if lapsed, started anew if released."""
    now = timezone.now()
    claim = Claim.objects.select_for_update().filter(problem=problem, claimant=claimant).first()
    kind = kind_of(claim)
    if kind != Kind.CHANGED:
        spend("claims", by=claimant)
        refuse_over_cap(claimant, reason=over_cap_reason)

    claim, created = Claim.objects.get_or_create(
        problem=problem,
        claimant=claimant,
        defaults={"plan": plan, "started_at": now},
    )
    if not created and kind == Kind.CLAIMED:
        claim.started_at, claim.released_at = now, None
    claim.plan, claim.expected_on, claim.last_activity_at, claim.reminded_at = plan, expected_on, now, None
    claim.over_cap_reason = over_cap_reason or (claim.over_cap_reason if kind == Kind.CHANGED else "")
    claim.save()
    claim.parts.set(parts)
    tell(claim, kind, plan, at=now)
    return claim


def kind_of(claim: Claim | None) -> Kind:
    """What claiming is to somebody with this claim."""
    if claim is None or claim.released_at:
        return Kind.CLAIMED
    return Kind.RESUMED if claim.freshness == Freshness.LAPSED else Kind.CHANGED


@transaction.atomic
def resume_claim(claim: Claim) -> None:
    """Goes on with the same plan."""
    refresh(claim, Kind.RESUMED, claim.plan)


@transaction.atomic
def keep_claim(claim: Claim) -> None:
    """The claimant said: still on it."""
    refresh(claim, Kind.KEPT, "")


@transaction.atomic
def note_on_claim(claim: Claim, *, text: str) -> None:
    """Progress in a line or two; the claim is fresh again."""
    refresh(claim, Kind.NOTED, text)


def refresh(claim: Claim, kind: Kind, text: str) -> None:
    now = timezone.now()
    Claim.objects.filter(pk=claim.pk).update(last_activity_at=now, reminded_at=None)
    tell(claim, kind, text, at=now)


def refresh_claim(problem: Problem, person: User) -> None:
    """Somebody did something on the problem: a comment, a run. Their claim, if they hold one, is fresh again.

    A lapsed claim stays lapsed: who answers a question years later has not taken the work up again.
    """
    now = timezone.now()
    own = Claim.objects.not_lapsed(now).filter(problem=problem, claimant=person)
    was_quiet = own.exclude(pk__in=Claim.objects.fresh(now)).exists()
    if own.update(last_activity_at=now, reminded_at=None):
        relist(problem.pk)
    if was_quiet:
        note_status(problem, reason=f"{person} is active again.", by=person)


@transaction.atomic
def release_claim(claim: Claim) -> bool:
    """True if the claim was held until now. It stays in the history and may be made again."""
    now = timezone.now()
    if not Claim.objects.held().filter(pk=claim.pk).update(released_at=now, reminded_at=None):
        return False
    tell(claim, Kind.RELEASED, "", at=now)
    return True


ACTIVITY = {
    Kind.CLAIMED: (Activity.Kind.CLAIMED, "{text}"),
    Kind.RESUMED: (Activity.Kind.CLAIMED, "again: {text}"),
    Kind.CHANGED: (Activity.Kind.NOTED, "new plan: {text}"),
    Kind.NOTED: (Activity.Kind.NOTED, "{text}"),
    Kind.RELEASED: (Activity.Kind.RELEASED, "{text}"),
}
IN_WORDS = {
    Kind.CLAIMED: "claimed it",
    Kind.RESUMED: "took it up again",
    Kind.RELEASED: "released a claim",
}


def tell(claim: Claim, kind: Kind, text: str, *, at: datetime.datetime) -> None:
    """Writes down what happened to a claim and tells those whom it concerns."""
    ClaimEvent.objects.create(claim=claim, kind=kind, text=text, at=at)
    problem, claimant = claim.problem, claim.claimant
    assert claimant is not None, "imported claims and those of former members are nobody's to change"
    if kind in ACTIVITY:
        what, words = ACTIVITY[kind]
        url = f"{problem.get_absolute_url()}#claim-{claim.pk}"
        record_activity(kind=what, problem=problem, actor=claimant, text=words.format(text=text), url=url)
    if kind in (Kind.CLAIMED, Kind.RESUMED):
        follow_touched(claimant, problem=problem)
        transaction.on_commit(lambda: mail_other_claimants(claim), robust=True)
    relist(problem.pk)
    note_status(problem, reason=f"{claimant} {IN_WORDS.get(kind, 'is active again')}.", by=claimant)
