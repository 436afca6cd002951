import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from problems.models import Approval, Claim, Comment, Idea, Reference, User
from problems.services.activity import record_activity
from problems.services.claims import claim_problem
from problems.services.following import follow
from problems.services.people import leave_site

pytestmark = pytest.mark.django_db


def contribute(user, problem, some):
    for i in some:
        Comment.objects.create(problem=problem, body=f"Note {i}", added_by=user)
        Reference.objects.create(problem=problem, title=f"{user} {i}", kind="paper", added_by=user)
        Idea.objects.create(title=f"{user} {i}", summary="S", kind="hypothesis", added_by=user)


def test_a_page_shows_who_somebody_is_and_what_they_did_but_no_address(client, problem, alice):
    User.objects.update(display_name="Alice A.", role="Student", about="I like $W_E$.", is_verified_expert=True)
    claim_problem(problem, alice, plan="PCA of the weights")
    contribute(alice, problem, range(1))
    page = client.get("/people/alice/").content.decode()
    for text in (
        "Alice A.",
        "Student",
        "<math",
        "verified expert",
        "new member",
        "PCA of the weights",
        "Fresh",
        "Note 0",
    ):
        assert text in page, text
    assert "example.org" not in page


def test_what_awaits_approval_is_badged_and_what_was_rejected_is_hidden(client, as_alice, alice):
    Idea.objects.create(title="Waits", summary="S", kind="hypothesis", added_by=alice, approval=Approval.PENDING)
    Idea.objects.create(title="Refused", summary="S", kind="hypothesis", added_by=alice, approval=Approval.REJECTED)
    own = as_alice.get("/people/alice/").content.decode()
    client.logout()
    seen = client.get("/people/alice/").content.decode()
    assert "awaiting approval" in seen and "Refused" not in seen and "Refused" in own


def test_the_page_costs_the_same_however_much_somebody_did(client, problem, alice):
    counts = []
    for some in (range(1), range(1, 15)):
        contribute(alice, problem, some)
        with CaptureQueriesContext(connection) as queries, zeal_context():
            assert client.get("/people/alice/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_person_edits_their_own_page(as_alice, alice):
    as_alice.post("/you/edit/", {"display_name": "A.", "role": "Engineer", "about": "<script>x</script>"})
    page = as_alice.get("/people/alice/").content.decode()
    assert "Engineer" in page and "<script>x" not in page and "Edit this page" in page


def test_settings_choose_the_mail(as_alice, alice, bob):
    form = {"email": "new@example.org", "digest": "weekly", "wants_claim_mail": "on"}
    as_alice.post("/you/settings/", form)
    alice.refresh_from_db()
    assert (alice.email, alice.digest) == ("new@example.org", "weekly") and alice.digest_sent_at
    refused = as_alice.post("/you/settings/", form | {"email": "BOB@example.org"}).content.decode()
    assert "Another account has this address." in refused
    refused = as_alice.post("/you/settings/", form | {"email": ""}).content.decode()
    assert "Give an address for the digest" in refused


def test_leaving_needs_the_handle_and_keeps_what_was_made(as_alice, alice, problem, client):
    claim_problem(problem, alice, plan="Look")
    contribute(alice, problem, range(1))
    assert "This is not your handle." in as_alice.post("/you/leave/", {"handle": "alise"}).content.decode()
    assert as_alice.post("/you/leave/", {"handle": "@alice"}, follow=True).status_code == 200
    assert not User.objects.exists() and Comment.objects.get().added_by is None
    claim = Claim.objects.get()
    assert claim.who == "a former member" and claim.released_at
    assert client.get("/people/alice/").status_code == 404
    for url in ("/problems/5.3/", "/ideas/", f"/ideas/{Idea.objects.get().pk}/", "/problems/"):
        assert "a former member" in client.get(url).content.decode() or url == "/problems/"


def test_what_others_follow_stays_when_somebody_leaves(problem, alice, bob):
    follow(alice, problem=problem)
    follow(bob, problem=problem)
    record_activity(kind="commented", actor=alice, text="x", url="/", problem=problem)
    leave_site(alice)
    assert bob.subscriptions.count() == 1 and problem.activity.filter(actor=None).exists()
