"""What the catalogue does by itself, once a night. Each step does what is due and may run twice without harm."""

import datetime
import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.utils import timezone

from problems.services.claim_mail import remind_quiet_claims
from problems.services.digests import send_digests
from problems.services.exports import export_of_the_day
from problems.services.limits import forget_old_allowances
from problems.services.status_history import note_all_statuses

NIGHTLY = "problems.nightly"

log = logging.getLogger(__name__)

STEPS: dict[str, Callable[[datetime.datetime], Any]] = {
    "status history": lambda now: note_all_statuses(),
    "claim reminders": remind_quiet_claims,
    "digests": send_digests,
    "exports": export_of_the_day,
    "rate limits": forget_old_allowances,
}


@shared_task(name=NIGHTLY)  # type: ignore[untyped-decorator]
def nightly() -> list[str]:
    """Every step, whether or not another one fails. Returns the names of those that failed."""
    now = timezone.now()
    return [name for name, step in STEPS.items() if not is_done(name, step, now)]


def is_done(name: str, step: Callable[[datetime.datetime], Any], now: datetime.datetime) -> bool:
    try:
        step(now)
    except Exception:  # a mail server that is down must not cost the night's export
        log.exception("The nightly step %s failed. The next round tries it again.", name)
        return False
    return True
