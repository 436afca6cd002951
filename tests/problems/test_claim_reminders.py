"""Who goes quiet is asked once, and answers from the mail without signing in."""

import re

import pytest
from django.test import Client

from problems.models import Claim, Freshness
from problems.services.claim_mail import remind_quiet_claims
from problems.services.claims import claim_problem, note_on_claim, release_claim
from tests.problems.times import DAY, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(problem, alice, clock):
    return claim_problem(problem, alice, plan="PCA of the weights")


def remind(clock, days):
    clock.move_to(START + days * DAY)
    return remind_quiet_claims(START + days * DAY)


def link_in(mail, name):
    found = re.search(rf"http://127.0.0.1:8000(/claims/\S+/{name}/)", mail.body)
    assert found
    return found.group(1)


@pytest.mark.parametrize(("days", "sent"), [(0, 0), (30, 0), (31, 1), (90, 1), (91, 0)])
def test_a_reminder_goes_out_while_the_claim_is_quiet(claim, clock, mailoutbox, days, sent):
    assert remind(clock, days) == sent == len(mailoutbox)


def test_a_silence_has_one_reminder_and_a_new_silence_another(claim, clock, mailoutbox):
    assert [remind(clock, days) for days in (31, 31, 32, 60)] == [1, 0, 0, 0]
    note_on_claim(claim, text="Back")
    assert [remind(clock, days) for days in (90, 91, 92)] == [0, 1, 0] and len(mailoutbox) == 2


def test_a_released_claim_and_an_imported_one_are_left_alone(claim, catalogue_claim, clock, mailoutbox):
    release_claim(claim)
    assert remind(clock, 40) == 0


@pytest.fixture
def catalogue_claim(problem):
    return Claim.objects.create(problem=problem, is_imported=True, imported_name="Eric", last_activity_at=START)


def test_a_mail_server_that_is_down_is_tried_again_next_time(claim, clock, settings, mailoutbox):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    assert remind(clock, 31) == 0 and list(claim.events.values_list("kind", flat=True)) == ["claimed"]
    settings.EMAIL_BACKEND = working
    assert remind(clock, 32) == 1


def test_reading_the_link_changes_nothing_and_its_button_does(claim, clock, mailoutbox, client):
    remind(clock, 40)
    url = link_in(mailoutbox[0], "still-on-it")
    assert "Yes, I am still on it" in client.get(url).content.decode()
    claim.refresh_from_db()
    assert claim.freshness == Freshness.QUIET
    assert "is Fresh again" in client.post(url).content.decode()
    claim.refresh_from_db()
    assert claim.freshness == Freshness.FRESH and claim.events.last().kind == "kept"


def test_a_link_works_for_one_silence(claim, clock, mailoutbox, client):
    remind(clock, 40)
    url = link_in(mailoutbox[0], "still-on-it")
    client.post(url)
    clock.move_to(START + 80 * DAY)
    assert "nothing left to do" in client.post(url).content.decode()
    claim.refresh_from_db()
    assert claim.freshness == Freshness.QUIET and claim.events.filter(kind="kept").count() == 1


def test_the_other_link_releases(claim, clock, mailoutbox, client):
    remind(clock, 40)
    url = link_in(mailoutbox[0], "release")
    assert client.get(url).status_code == 200 and Claim.objects.held().exists()
    assert "Released" in client.post(url).content.decode() and not Claim.objects.held().exists()


def test_a_link_expires_and_cannot_be_made_up(claim, clock, mailoutbox, client):
    remind(clock, 40)
    url = link_in(mailoutbox[0], "still-on-it")
    assert client.post(url.replace("/claims/", "/claims/x")).status_code == 410
    clock.move_to(START + (40 + 91) * DAY)
    answer = client.post(url)
    assert answer.status_code == 410 and "Nothing was changed" in answer.content.decode()


def test_the_button_needs_its_token(claim, clock, mailoutbox):
    remind(clock, 40)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link_in(mailoutbox[0], "still-on-it")).status_code == 403


def test_a_mail_program_can_end_such_mail_by_itself(claim, clock, mailoutbox, alice):
    remind(clock, 40)
    headers = mailoutbox[0].extra_headers
    url = headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = Client(enforce_csrf_checks=True)
    assert program.get(url).status_code == 200
    alice.refresh_from_db()
    assert alice.wants_claim_mail
    assert program.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    alice.refresh_from_db()
    assert not alice.wants_claim_mail and Claim.objects.held().exists()
    program.post(url, {"again": ""})
    alice.refresh_from_db()
    assert alice.wants_claim_mail
