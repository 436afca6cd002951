"""Links in mail that act for a claimant without signing in. They are signed, expire, and work for one silence.

Reading such a link changes nothing: mail scanners read every link in a mail, and a claim that a scanner keeps alive
would say that somebody works on a problem whom nobody has heard of for months. The link opens a page with one button;
the button does it.
"""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from problems.models import Claim, User

CLAIM_SALT, MAIL_SALT = "claim-link", "claim-mail"


@dataclass(frozen=True)
class OpenedLink:
    claim: Claim
    is_current: bool  # False once the claim has been active, or released, since the link was made
    token: str


def claim_link(claim: Claim, view: str) -> str:
    """The address of the view `claim-keep` or `claim-leave` for this claim, as long as it stays silent."""
    token = signing.dumps([claim.pk, claim.last_activity_at.isoformat()], salt=CLAIM_SALT)
    return settings.BASE_URL + reverse(view, args=[token])


def open_claim_link(token: str) -> OpenedLink | None:
    """None if the link is not ours or has expired."""
    lifetime = datetime.timedelta(days=settings.CLAIM_LINK_DAYS)
    try:
        pk, silent_since = signing.loads(token, salt=CLAIM_SALT, max_age=lifetime)
    except signing.BadSignature:
        return None
    claim = Claim.objects.select_related("problem", "claimant").filter(pk=pk, claimant__is_active=True).first()
    if claim is None:
        return None
    is_silent = claim.last_activity_at == datetime.datetime.fromisoformat(silent_since)
    return OpenedLink(claim, is_silent and claim.released_at is None, token)


def stop_mail_link(person: User) -> str:
    """Ends mail about claims; does not expire, as such links must work in any mail one finds again."""
    token = signing.dumps(person.pk, salt=MAIL_SALT)
    return settings.BASE_URL + reverse("claim-mail-stop", args=[token])


def person_of_stop_link(token: str) -> User | None:
    try:
        pk = signing.loads(token, salt=MAIL_SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()
