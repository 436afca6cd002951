"""Reading where a problem stands, and commenting, claiming and noting by token."""

import pytest
from knox.models import AuthToken

from problems.models import Comment, Part
from problems.services.claims import claim_problem

pytestmark = pytest.mark.django_db

COMMENTS, NOTE, CLAIMS = ("/api/problems/5.3/comments/", "/api/problems/5.3/claim/note/", "/api/problems/5.3/claims/")


@pytest.fixture
def send(client, alice):
    """Posts as alice, by token."""
    _, token = AuthToken.objects.create(alice)

    def post(url, data):
        return client.post(url, data, content_type="application/json", headers={"Authorization": f"Token {token}"})

    return post


def test_one_problem_says_where_it_stands(client, problem, alice):
    part = Part.objects.create(problem=problem, letter="a", statement="Why a?")
    claim_problem(problem, alice, plan="Look", parts=[part])
    Comment.objects.create(problem=problem, body="x", added_by=alice)
    data = client.get("/api/problems/5.3/").json()
    assert data["parts"] == [{"letter": "a", "statement": "Why a?", "status": "being-worked-on"}]
    assert data["status_history"][0] | {"at": ""} == {
        "before": "open",
        "after": "being-worked-on",
        "reason": "@alice claimed it.",
        "at": "",
    }
    assert data["backlog"]["comments"] == 1 and data["revision"] == 1 and data["resolutions"] == []


def test_a_comment_by_token(send, client, problem):
    made = send(COMMENTS, {"body": "The norm $x$"})
    assert made.status_code == 201 and made.json()["approval"] == "pending"
    assert send(COMMENTS, {"body": "Why?", "answers": made.json()["id"]}).json()["answers"] == made.json()["id"]
    listed = client.get(COMMENTS).json()
    assert listed["count"] == 2 and listed["results"][0]["author"] == "alice"
    assert client.get(f"/api/comments/{made.json()['id']}/").json()["body"] == "The norm $x$"


@pytest.mark.parametrize(
    ("data", "field"), [({}, "body"), ({"body": " "}, "body"), ({"body": "x", "answers": 99}, "answers"), ([1], "")]
)
def test_a_mistake_names_the_field(send, problem, data, field):
    answer = send(COMMENTS, data)
    assert answer.status_code == 400 and field in str(answer.json()["fields"]) and not Comment.objects.exists()


def test_a_note_by_token_needs_a_claim(send, problem, alice):
    assert send(NOTE, {"text": "x"}).status_code == 404
    claim_problem(problem, alice, plan="Look")
    assert send(NOTE, {"text": " "}).status_code == 400
    assert send(NOTE, {"text": "Curves look alike"}).json()["freshness"] == "fresh"
    assert problem.claims.get().events.last().text == "Curves look alike"


def test_limits_and_the_cap_are_said(send, problem, settings):
    settings.NEW_ACCOUNT_FRESH_CLAIMS = 0
    refused = send(CLAIMS, {"plan": "Look"})
    assert refused.status_code == 400 and "one more claim" in refused.json()["fields"]["over_cap_reason"]
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"comments": (0, 3600), "claims": (0, 3600)}
    for url, data in ((COMMENTS, {"body": "x"}), (CLAIMS, {"plan": "Look", "over_cap_reason": "y"})):
        answer = send(url, data)
        assert answer.status_code == 429 and "Try again in" in answer.json()["detail"]


@pytest.mark.parametrize("url", [COMMENTS, NOTE, CLAIMS])
def test_writing_needs_an_account(client, problem, url):
    assert client.post(url, {"body": "x", "text": "x", "plan": "x"}, content_type="application/json").status_code == 401
