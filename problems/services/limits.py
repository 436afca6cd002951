"""How much one person may add in an hour or a day. Counted in the database, so that all web processes agree."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from problems.models import Allowance, User


@dataclass(frozen=True)
class Rate:
    most: int
    per_seconds: int

    def __str__(self) -> str:
        names = {3600: "an hour", 86400: "a day"}
        return f"{self.most} {names.get(self.per_seconds, f'in {self.per_seconds} seconds')}"


class LimitReached(Exception):
    """Nothing was changed. The text says what the limit is and when to try again."""

    def __init__(self, what: str, rate: Rate, *, retry_at: datetime.datetime) -> None:
        minutes = max(1, round((retry_at - timezone.now()).total_seconds() / 60))
        wait = f"{minutes} minute{'' if minutes == 1 else 's'}" if minutes < 120 else f"{round(minutes / 60)} hours"
        super().__init__(
            f"The limit is {rate} for {what}, and it is reached. "
            f"Try again in {wait}, after {retry_at.astimezone(datetime.UTC):%H:%M} UTC."
        )
        self.retry_at = retry_at

    @property
    def retry_after_seconds(self) -> int:
        return max(1, int((self.retry_at - timezone.now()).total_seconds()) + 1)


@transaction.atomic
def spend(what: str, *, by: User | str) -> None:
    """Counts one of `what` (a name in settings.RATE_LIMITS) for a person or an address; raises LimitReached.

    Called inside the service that adds, it is undone with it. Curators have no limits.
    """
    if isinstance(by, User) and by.is_curator:
        return
    rate, now = Rate(*settings.RATE_LIMITS[what]), timezone.now()
    key = f"{what}:{by.pk}" if isinstance(by, User) else f"{what}:{_unreadable(by)}"
    used, _ = Allowance.objects.select_for_update().get_or_create(key=key, defaults={"began_at": now})
    ends_at = used.began_at + datetime.timedelta(seconds=rate.per_seconds)
    if now >= ends_at:
        used.began_at, used.used, ends_at = now, 0, now + datetime.timedelta(seconds=rate.per_seconds)
    if used.used >= rate.most:
        raise LimitReached(what, rate, retry_at=ends_at)
    used.used += 1
    used.save(update_fields=["began_at", "used"])


def forget_old_allowances(now: datetime.datetime) -> int:
    """For the nightly job: windows that ended mean nothing any more."""
    longest = max(seconds for _, seconds in settings.RATE_LIMITS.values())
    return Allowance.objects.filter(began_at__lt=now - datetime.timedelta(seconds=longest)).delete()[0]


def _unreadable(address: str) -> str:
    """Network addresses are not kept."""
    return salted_hmac("circuitboard.limits", address).hexdigest()
