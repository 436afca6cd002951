"""Mail about claims: to the others on a problem when somebody joins them, and to who has gone quiet."""

import datetime
import logging

from django.conf import settings
from django.utils import timezone

from problems.models import Claim, ClaimEvent
from problems.models.claims import ClaimQuerySet
from problems.services.claim_links import claim_link, stop_mail_link
from problems.services.mail import send_text

log = logging.getLogger(__name__)


def mail_other_claimants(claim: Claim) -> None:
    """Tells those who are fresh or quiet on the problem that they are not alone."""
    others = to_be_mailed(Claim.objects.not_lapsed(timezone.now())).filter(problem=claim.problem_id)
    for other in others.exclude(pk=claim.pk):
        assert other.claimant is not None
        send_text(
            other.claimant,
            subject=f"{claim.claimant} is on problem {claim.problem.number} too",
            template="problems/mail/another_claim.txt",
            context={"claim": claim, "problem": claim.problem, "own": other},
            stop_url=stop_mail_link(other.claimant),
        )


def remind_quiet_claims(now: datetime.datetime) -> int:
    """Asks once in each silence whether somebody is still on it, as soon as the claim is quiet.

    Safe to call as often as one likes. Returns how many mails went out; one that did not is tried again next time.
    """
    quiet = Claim.objects.not_lapsed(now).exclude(pk__in=Claim.objects.fresh(now))
    return sum(remind(claim, now) for claim in to_be_mailed(quiet).filter(reminded_at=None))


def to_be_mailed(claims: ClaimQuerySet) -> ClaimQuerySet:
    wanted = claims.filter(claimant__is_active=True, claimant__wants_claim_mail=True).exclude(claimant__email="")
    return wanted.select_related("claimant", "problem")


def remind(claim: Claim, now: datetime.datetime) -> bool:
    """Marked first, so that two rounds at once send one mail; no transaction waits for the mail server."""
    silent = Claim.objects.held().filter(pk=claim.pk, reminded_at=None, last_activity_at=claim.last_activity_at)
    if not silent.update(reminded_at=now):
        return False
    assert claim.claimant is not None
    quiet_days = datetime.timedelta(days=settings.CLAIM_QUIET_DAYS)
    sent = send_text(
        claim.claimant,
        subject=f"Still on problem {claim.problem.number}?",
        template="problems/mail/still_on_it.txt",
        context={
            "claim": claim,
            "problem": claim.problem,
            "silent_days": (now - claim.last_activity_at).days,
            "lapses_on": claim.last_activity_at + quiet_days,
            "keep_url": claim_link(claim, "claim-keep"),
            "leave_url": claim_link(claim, "claim-leave"),
        },
        stop_url=stop_mail_link(claim.claimant),
    )
    if sent:
        ClaimEvent.objects.create(claim=claim, kind=ClaimEvent.Kind.REMINDED, at=now)
    else:
        Claim.objects.filter(pk=claim.pk, reminded_at=now).update(reminded_at=None)
    return sent
