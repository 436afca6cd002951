"""New accounts hold few fresh claims at a time, unless they say why they need more."""

import datetime

from django.conf import settings
from django.utils import timezone

from problems.models import Claim, User


class TooManyClaims(Exception):
    """A new account already holds as many fresh claims as it may and gave no reason for one more."""


def is_new_account(user: User) -> bool:
    age = timezone.now() - user.date_joined
    return age < datetime.timedelta(days=settings.TRUST_AFTER_DAYS) and not (user.is_trusted or user.is_curator)


def is_at_cap(user: User) -> bool:
    """One more fresh claim needs a reason."""
    if not is_new_account(user):
        return False
    return Claim.objects.fresh(timezone.now()).filter(claimant=user).count() >= settings.NEW_ACCOUNT_FRESH_CLAIMS


def refuse_over_cap(user: User, *, reason: str) -> None:
    """Call it in the transaction that makes the claim: two claims at once are counted one after the other."""
    if reason.strip() or not is_new_account(user):
        return
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if is_at_cap(user):
        raise TooManyClaims(cap_in_words())


def cap_in_words() -> str:
    return (
        f"In its first {settings.TRUST_AFTER_DAYS} days an account holds up to {settings.NEW_ACCOUNT_FRESH_CLAIMS} "
        "fresh claims. For one more, say why; curators read it. Or release one that you have left."
    )
