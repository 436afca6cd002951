"""Mail in plain text to one person."""

import logging
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from problems.models import User

log = logging.getLogger(__name__)


def send_text(to: User, *, subject: str, template: str, context: Mapping[str, Any], stop_url: str) -> bool:
    """True if the mail went out. A mail server that is down is logged and breaks nothing.

    `stop_url` ends such mail. Mail programs show it as a button of their own and send it a POST (RFC 8058).
    """
    if not to.email or not to.is_active:
        return False
    words = {"person": to, "base_url": settings.BASE_URL, "stop_url": stop_url, **context}
    headers = {"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMessage(" ".join(subject.split()), render_to_string(template, words), to=[to.email], headers=headers)
    try:
        return bool(mail.send())
    except (OSError, SMTPException) as error:
        log.warning("no mail to person %s: %s", to.pk, error)
        return False


def choose_claim_mail(person: User, *, wanted: bool) -> None:
    person.wants_claim_mail = wanted
    person.save(update_fields=["wants_claim_mail"])
