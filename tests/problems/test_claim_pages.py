import pytest
from django.test import Client

from problems.models import Claim
from problems.services.claims import claim_problem

pytestmark = pytest.mark.django_db

CLAIM, NOTE, RELEASE = "/problems/5.3/claim/", "/problems/5.3/claim/note/", "/problems/5.3/claim/release/"


@pytest.fixture
def claim(problem, alice):
    return claim_problem(problem, alice, plan="PCA of the weights")


def test_a_claim_needs_a_plan_and_takes_a_date(as_alice, problem):
    refused = as_alice.post(CLAIM, {"plan": " "})
    assert "Say in a line or two what you will try." in refused.content.decode() and not Claim.objects.exists()
    assert as_alice.post(CLAIM, {"plan": "Look", "expected_on": "2100-01-01"}).status_code == 302
    assert Claim.objects.filter(claimant__username="alice", expected_on="2100-01-01").count() == 1


def test_a_start_date_sent_along_is_ignored(as_alice, problem):
    as_alice.post(CLAIM, {"plan": "Look", "started_at": "2001-01-01"})
    assert Claim.objects.get().started_at.year > 2001


def test_a_date_that_has_passed_is_refused(as_alice, problem):
    page = as_alice.post(CLAIM, {"plan": "Look", "expected_on": "2001-01-01"}).content.decode()
    assert "This date has passed." in page and not Claim.objects.exists()


def test_the_plans_of_others_are_shown_first(as_bob, claim):
    page = as_bob.get(CLAIM).content.decode()
    assert "Plans of others" in page and "PCA of the weights" in page


def test_claiming_what_does_not_exist_says_what_does(as_alice, problem):
    response = as_alice.post("/problems/5.99/claim/", {"plan": "Look"})
    page = response.content.decode()
    assert response.status_code == 404 and not Claim.objects.exists()
    assert "There is no problem 5.99" in page and "run from 5.1 to" in page and "Nothing was changed" in page


@pytest.mark.parametrize("url", [CLAIM, NOTE, RELEASE])
def test_a_stranger_is_asked_to_sign_in_and_changes_nothing(client, claim, url):
    response = client.post(url, {"plan": "x", "text": "x"})
    assert response.status_code == 302 and response["Location"] == f"/accounts/login/?next={url}"
    assert claim.events.count() == 1


@pytest.mark.parametrize("url", [NOTE, RELEASE])
def test_another_member_has_no_claim_to_note_on_or_release(as_bob, claim, url):
    assert as_bob.post(url, {"text": "x"}).status_code == 404
    assert claim.events.count() == 1


def test_another_member_claims_beside_and_not_over(as_bob, claim):
    as_bob.post(CLAIM, {"plan": "Mine"})
    claim.refresh_from_db()
    assert claim.plan == "PCA of the weights" and Claim.objects.count() == 2


def test_the_owner_changes_notes_and_releases(as_alice, claim):
    as_alice.post(CLAIM, {"plan": "PCA of the logits"})
    as_alice.post(NOTE, {"text": "Curves look alike"})
    as_alice.post(RELEASE)
    assert [event.kind for event in claim.events.all()] == ["claimed", "changed", "noted", "released"]
    assert as_alice.post(NOTE, {"text": "x"}).status_code == 404


def test_an_empty_note_says_so(as_alice, claim):
    response = as_alice.post(NOTE, {"text": ""}, follow=True)
    assert "Write a line about where you are." in response.content.decode() and claim.events.count() == 1


@pytest.mark.parametrize("url", [NOTE, RELEASE])
def test_reading_an_address_changes_nothing(as_alice, claim, url):
    assert as_alice.get(url).status_code == 405


@pytest.mark.parametrize("url", [CLAIM, NOTE, RELEASE])
def test_a_form_without_its_token_is_refused_in_plain_words(alice, claim, url):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    response = strict.post(url, {"plan": "Look", "text": "x"})
    assert response.status_code == 403 and "Nothing was changed" in response.content.decode()
    assert claim.events.count() == 1


def test_markup_in_a_plan_is_shown_and_not_run(as_bob, claim):
    as_bob.post(CLAIM, {"plan": "<img src=x onerror=alert(1)>"})
    page = as_bob.get("/problems/5.3/").content.decode()
    assert "<img" not in page and "&lt;img" in page
