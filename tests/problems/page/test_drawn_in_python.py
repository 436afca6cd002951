"""Comments, claims and references are written in Python: what people wrote must not get into the page as markup."""

import datetime

import pytest
from django.test import Client

from problems.models import Claim, ClaimEvent, Comment, Part, Problem, Reference, User

BAD = '<script>"&'
SAFE = "&lt;script&gt;&quot;&amp;"
URL = "/problems/5.3/"


def shown(client: Client, url: str = URL) -> str:
    page = client.get(url).content.decode()
    assert BAD not in page
    return page


def test_what_people_wrote_of_a_claim_is_escaped(as_carol: Client, problem: Problem, alice: User) -> None:
    day = datetime.date(2030, 5, 6)
    claim = Claim.objects.create(problem=problem, claimant=alice, plan=BAD, over_cap_reason=BAD, expected_on=day)
    for _ in range(2):
        ClaimEvent.objects.create(claim=claim, kind="noted", text=f"{BAD}\nmore")
    Claim.objects.create(problem=problem, is_imported=True, imported_name=BAD, imported_text=f"{BAD} https://x.org/")
    page = shown(as_carol)
    assert page.count(SAFE) == 6 and f"{SAFE}<br>more" in page and '<a href="https://x.org/"' in page
    assert "Result expected by 2030-05-06." in page and "2 entries" in page


def test_what_people_wrote_of_existing_work_is_escaped(client: Client, problem: Problem) -> None:
    Reference.objects.create(problem=problem, kind="paper", title=BAD, url='https://x.org/?a="b"&c', note=BAD)
    page = shown(client)
    assert 'href="https://x.org/?a=&quot;b&quot;&amp;c"' in page
    assert page.count(SAFE) == 2


def test_the_carried_list_is_escaped(as_alice: Client, problem: Problem, alice: User) -> None:
    comment = Comment.objects.create(problem=problem, body=BAD, added_by=alice)
    page = as_alice.get(URL, {"list": BAD}).content.decode()
    assert f'/comments/{comment.pk}/edit/?list=%3Cscript%3E%22%26"' in page
    assert f"?list=%3Cscript%3E%22%26&amp;quote={comment.pk}#write" in page


def test_a_claim_names_its_parts(client: Client, problem: Problem, alice: User) -> None:
    claim = Claim.objects.create(problem=problem, claimant=alice, plan="Look")
    claim.parts.set(Part.objects.create(problem=problem, letter=letter, statement="Why?") for letter in "ab")
    assert "On part (a), (b)." in shown(client)


@pytest.mark.parametrize("reason, who", [("", "Its author"), ("Rude", "A curator")])
def test_a_removed_comment_leaves_a_line(client: Client, problem: Problem, alice: User, reason: str, who: str) -> None:
    now = datetime.datetime.now(datetime.UTC)
    Comment.objects.create(problem=problem, body=BAD, added_by=alice, removed_at=now, rejection_reason=reason)
    page = shown(client)
    assert f'A comment of <a href="/people/alice/">@alice</a> was here. {who} removed it' in page and SAFE not in page


def test_a_curator_decides_where_a_comment_stands(as_carol: Client, problem: Problem, alice: User) -> None:
    comment = Comment.objects.create(problem=problem, body="Look", added_by=alice, approval="pending")
    page = shown(as_carol)
    assert "awaiting approval" in page and f'/comment/{comment.pk}/approve/"' in page and "data-nosnippet" in page
