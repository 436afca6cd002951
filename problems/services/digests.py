"""The digest by mail: each day or each week, what is new where somebody watches. Nothing new, no mail."""

import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from problems.models import Digest, User
from problems.selectors.following import News, news_for
from problems.services.mail import send_text

SALT = "digest"
PERIODS = {Digest.DAILY: datetime.timedelta(days=1), Digest.WEEKLY: datetime.timedelta(days=7)}
EARLY = datetime.timedelta(hours=3)  # a nightly job that starts a little earlier than yesterday still sends


def send_digests(now: datetime.datetime) -> int:
    """To everybody whose digest is due. Safe to call as often as one likes; returns how many mails went out."""
    wanted = User.objects.filter(digest__in=PERIODS, is_active=True).exclude(email="").order_by("pk")
    return sum(send_digest(person, now) for person in wanted if is_due(person, now))


def is_due(person: User, now: datetime.datetime) -> bool:
    period = PERIODS[Digest(person.digest)]
    return person.digest_sent_at is None or now - person.digest_sent_at >= period - EARLY


def send_digest(person: User, now: datetime.datetime) -> bool:
    """Marked first, so that two rounds at once send one mail; no transaction waits for the mail server."""
    before = person.digest_sent_at
    since = before or now - PERIODS[Digest(person.digest)]
    if not User.objects.filter(pk=person.pk, digest_sent_at=before).update(digest_sent_at=now):
        return False
    news = news_for(person, since=since, until=now)
    if not news.n:
        return False
    sent = _mail(person, news)
    if not sent:  # tried again in the next round
        User.objects.filter(pk=person.pk, digest_sent_at=now).update(digest_sent_at=before)
    return sent


def _mail(person: User, news: News) -> bool:
    return send_text(
        person,
        subject=f"{news.n} new where you watch",
        template="following/digest.txt",
        context={"news": news},
        stop_url=stop_link(person),
    )


def stop_link(person: User) -> str:
    """Ends the digest; does not expire, as such links must work in any mail one finds again."""
    return settings.BASE_URL + reverse("digest-stop", args=[signing.dumps(person.pk, salt=SALT)])


def person_of_stop_link(token: str) -> User | None:
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()


def choose_digest(person: User, *, digest: str, now: datetime.datetime) -> None:
    """A digest that begins tells what comes from now on."""
    if digest == person.digest:
        return
    person.digest, person.digest_sent_at = digest, now
    person.save(update_fields=["digest", "digest_sent_at"])
