"""The permission matrix of the page of a problem: a stranger, the owner, another member, a curator."""

import pytest
from django.test import Client

from problems.models import Approval, Comment, HelpWanted, Problem
from problems.services.claims import claim_problem

pytestmark = pytest.mark.django_db

SIGN_IN, OK, GONE, THERE, NOT_ALLOWED = "sign in", 200, 404, 302, 405

# path, what is sent (None: it is read), then what a stranger, alice who owns it, bob and a curator get
MATRIX = [
    ("/problems/5.3/", None, OK, OK, OK, OK),
    ("/problems/5.3/revisions/", None, OK, OK, OK, OK),
    ("/problems/5.3/revisions/1/", None, OK, OK, OK, OK),
    ("/comments/{comment}/", None, THERE, THERE, THERE, THERE),
    ("/comments/{rejected}/", None, GONE, THERE, GONE, THERE),
    ("/problems/5.3/comments/", None, SIGN_IN, OK, OK, OK),
    ("/problems/5.3/comments/", {"body": "x"}, SIGN_IN, THERE, THERE, THERE),
    ("/comments/{comment}/edit/", None, SIGN_IN, OK, GONE, GONE),
    ("/comments/{comment}/edit/", {"body": "y"}, SIGN_IN, THERE, GONE, GONE),
    ("/comments/{comment}/remove/", None, SIGN_IN, OK, GONE, OK),
    ("/comments/{comment}/remove/", {"reason": "z"}, SIGN_IN, THERE, GONE, THERE),
    ("/problems/5.3/references/", None, SIGN_IN, OK, OK, OK),
    ("/problems/5.3/help/", None, SIGN_IN, OK, OK, OK),
    ("/problems/5.3/help/{wish}/close/", {}, SIGN_IN, THERE, GONE, THERE),
    ("/problems/5.3/help/{wish}/close/", None, SIGN_IN, NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED),
    ("/problems/5.3/claim/resume/", {}, SIGN_IN, THERE, GONE, GONE),
    ("/problems/5.4/", None, GONE, OK, GONE, OK),
    ("/problems/5.4/revisions/", None, GONE, OK, GONE, OK),
    ("/problems/5.4/comments/", {"body": "x"}, SIGN_IN, THERE, GONE, THERE),
    ("/problems/5.4/claim/", None, SIGN_IN, OK, GONE, OK),
    ("/api/problems/5.3/comments/", None, OK, OK, OK, OK),
    ("/api/comments/{rejected}/", None, GONE, OK, GONE, OK),
]


@pytest.fixture
def keys(problem, alice):
    """Alice wrote it all; 5.4 is hers and was rejected."""
    Problem.objects.create(
        category=problem.category, index=4, number="5.4", statement="X?", added_by=alice, approval=Approval.REJECTED
    )
    claim_problem(problem, alice, plan="Look")
    comment = Comment.objects.create(problem=problem, body="Look", added_by=alice)
    rejected = Comment.objects.create(problem=problem, body="Buy", added_by=alice, approval=Approval.REJECTED)
    wish = HelpWanted.objects.create(problem=problem, kind="mentor", text="x", added_by=alice)
    return {"comment": comment.pk, "rejected": rejected.pk, "wish": wish.pk}


@pytest.mark.parametrize("who", ["stranger", "owner", "member", "curator"])
@pytest.mark.parametrize(("path", "sent", "stranger", "owner", "member", "curator"), MATRIX)
def test_the_matrix(path, sent, stranger, owner, member, curator, who, keys, as_alice, as_bob, as_carol):
    expected = {"stranger": stranger, "owner": owner, "member": member, "curator": curator}[who]
    client = {"stranger": Client(), "owner": as_alice, "member": as_bob, "curator": as_carol}[who]
    url = path.format(**keys)
    response = client.get(url) if sent is None else client.post(url, sent)
    if expected == SIGN_IN:
        assert response["Location"] == f"/accounts/login/?next={url}"
    else:
        assert response.status_code == expected


def test_a_curator_who_gives_no_reason_removes_nothing(keys, as_carol):
    page = as_carol.post(f"/comments/{keys['comment']}/remove/").content.decode()
    assert "Say why" in page and Comment.objects.get(pk=keys["comment"]).removed_at is None
