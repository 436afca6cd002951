import base64
import datetime

import pytest
import time_machine
from django.test import Client

from deploy.env import BadSetting, env_rates
from problems.models import Allowance, Idea, User
from problems.services.ideas import propose_idea
from problems.services.limits import LimitReached, forget_old_allowances, spend

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
LONG = "A summary that is long enough to be worth keeping when a limit refuses it."


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def tight(settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (2, 3600))


def test_a_limit_says_what_it_is_and_when_to_try_again(alice, clock):
    spend("ideas", by=alice)
    spend("ideas", by=alice)
    clock.move_to(NOON + HOUR / 2)
    with pytest.raises(LimitReached, match=r"2 an hour for ideas.*Try again in 30 minutes, after 13:00 UTC") as refused:
        spend("ideas", by=alice)
    assert refused.value.retry_after_seconds == 1801


def test_a_window_that_ended_counts_no_more(alice, clock):
    for hour in range(3):
        clock.move_to(NOON + hour * HOUR)
        spend("ideas", by=alice)
        spend("ideas", by=alice)
    assert Allowance.objects.get().used == 2


def test_each_person_and_each_limit_counts_apart(alice, bob):
    for what in ("ideas", "comments"):
        for person in (alice, bob):
            spend(what, by=person)
            spend(what, by=person)
    assert Allowance.objects.count() == 4


def test_curators_have_no_limit(carol):
    for _ in range(5):
        spend("ideas", by=carol)
    assert not Allowance.objects.exists()


def test_a_network_address_is_not_kept(db):
    spend("sign-ups", by="192.0.2.7")
    assert "192" not in Allowance.objects.get().key


def test_what_failed_spends_nothing(alice, idea):
    with pytest.raises(Exception, match="(?i)unique"):
        propose_idea(alice, kind="hypothesis", title=idea.title, summary="Again")
    assert not Allowance.objects.exists()


def test_old_windows_are_forgotten(alice, clock):
    spend("ideas", by=alice)
    assert forget_old_allowances(NOON + HOUR) == 0
    assert forget_old_allowances(NOON + 2 * HOUR) == 1


def test_a_page_over_the_limit_gives_the_text_back(as_alice):
    for title in ("One", "Two"):
        as_alice.post("/ideas/propose/", {"kind": "hypothesis", "title": title, "summary": LONG})
    answer = as_alice.post("/ideas/propose/", {"kind": "hypothesis", "title": "Three", "summary": LONG})
    page = answer.content.decode()
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 3500
    assert "Nothing was saved." in page and LONG in page and Idea.objects.count() == 2


def test_sign_ups_from_one_address_are_limited():
    for handle in ("ann", "ben", "cat"):
        page = Client().post("/accounts/signup/", {"username": handle, "password1": "a long password"})
    assert "The limit is 2 an hour for sign-ups" in page.content.decode() and User.objects.count() == 2


def test_refused_passwords_count_for_tokens_too(alice, client):
    wrong = "Basic " + base64.b64encode(b"alice:guess").decode()
    right = "Basic " + base64.b64encode(b"alice:a long password").decode()
    codes = [client.post("/api/tokens/", headers={"Authorization": way}).status_code for way in (wrong, right, right)]
    assert codes == [401, 201, 429]
    refused = client.post("/api/tokens/", headers={"Authorization": right})
    assert refused.json()["code"] == "limit_reached" and "Retry-After" in refused


def test_the_limits_are_settings(monkeypatch):
    monkeypatch.setenv("CIRCUITBOARD_RATE_LIMITS", "ideas=3/day")
    assert env_rates("RATE_LIMITS", {"ideas": (1, 3600), "claims": (2, 60)}) == {"ideas": (3, 86400), "claims": (2, 60)}
    monkeypatch.setenv("CIRCUITBOARD_RATE_LIMITS", "idea=3/day")
    with pytest.raises(BadSetting, match="NAME one of ideas, claims"):
        env_rates("RATE_LIMITS", {"ideas": (1, 3600), "claims": (2, 60)})
