import datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client

from problems.models import Activity
from problems.services.activity import record_activity
from problems.services.audit import record_act
from problems.services.digests import send_digests
from problems.services.following import follow

pytestmark = pytest.mark.django_db

START = datetime.datetime(2026, 1, 1, 3, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def reader(clock, problem, alice):
    """Alice watches 5.3 and gets a daily digest."""
    follow(alice, problem=problem)
    alice.digest, alice.digest_sent_at = "daily", START
    alice.save()
    return alice


def happen(problem, bob, text="Look at W_E"):
    url = f"{problem.get_absolute_url()}#comment-1"
    record_activity(kind=Activity.Kind.COMMENTED, actor=bob, text=text, url=url, problem=problem)


def night(clock, days):
    clock.move_to(START + days * DAY)
    return send_digests(START + days * DAY)


def test_what_is_new_goes_out_once_in_plain_text_with_links(reader, clock, problem, bob):
    clock.move_to(START + DAY / 2)
    happen(problem, bob)
    assert night(clock, 1) == 1 and night(clock, 1) == 0
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.org"] and sent.subject == "1 new where you watch"
    assert "- 5.3: @bob commented: Look at W_E\n  http://127.0.0.1:8000/problems/5.3/#comment-1" in sent.body
    assert night(clock, 2) == 0 and len(mail.outbox) == 1


def test_nothing_new_is_no_mail(reader, clock):
    assert night(clock, 1) == 0 and mail.outbox == []


def test_nothing_is_told_twice_or_lost_between_two_nights(reader, clock, problem, bob):
    for day in range(4):
        clock.move_to(START + day * DAY + DAY / 2)
        happen(problem, bob, f"day {day}")
        night(clock, day + 1)
    told = "\n".join(sent.body for sent in mail.outbox)
    assert len(mail.outbox) == 4 and [told.count(f"day {day}") for day in range(4)] == [1, 1, 1, 1]


def test_a_weekly_digest_gathers_a_week(reader, clock, problem, bob):
    type(reader).objects.update(digest="weekly")
    for day in range(14):
        clock.move_to(START + day * DAY + DAY / 2)
        happen(problem, bob, f"day {day}.")
        night(clock, day + 1)
    assert [sent.subject for sent in mail.outbox] == ["7 new where you watch"] * 2


def test_decisions_on_what_one_added_are_told(reader, clock, carol):
    clock.move_to(START + DAY / 2)
    record_act("rejected", curator=carol, subject="comment: Buy", url="/problems/5.3/", reason="Spam.", about=reader)
    night(clock, 1)
    assert "comment: Buy: rejected. Spam." in mail.outbox[0].body


def test_no_address_or_no_wish_is_no_mail(reader, clock, problem, bob):
    happen(problem, bob)
    type(reader).objects.update(digest="never")
    assert night(clock, 1) == 0
    type(reader).objects.update(digest="daily", email="")
    assert night(clock, 2) == 0


def test_a_mail_server_that_is_down_delays_and_loses_nothing(reader, clock, problem, bob, settings):
    clock.move_to(START + DAY / 2)
    happen(problem, bob)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    assert night(clock, 1) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert night(clock, 2) == 1 and "Look at W_E" in mail.outbox[0].body


def test_the_link_in_the_mail_stops_it_without_signing_in(reader, clock, problem, bob):
    clock.move_to(START + DAY / 2)
    happen(problem, bob)
    type(reader).objects.update(digest_sent_at=None)
    night(clock, 1)
    headers = mail.outbox[0].extra_headers
    url = headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and url in mail.outbox[0].body
    stranger = Client()
    assert "Stop the digest?" in stranger.get(url).content.decode()
    reader.refresh_from_db()
    assert reader.digest == "daily"  # mail scanners read links
    stranger.post(url)
    reader.refresh_from_db()
    assert reader.digest == "never"
    assert stranger.post("/following/digest/forged/stop/").status_code == 404
