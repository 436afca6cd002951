"""The list that one came from is there again after each thing one does on the page of a problem."""

import re
from urllib.parse import urlencode

import pytest

from problems.models import Comment, HelpWanted, Problem, Reference
from problems.services.claims import claim_problem
from problems.services.curating import latest_revision
from problems.services.merging import merge_duplicate

pytestmark = pytest.mark.django_db

LIST = "?" + urlencode({"list": "difficulty=B&category=5"})
PAGE = f"/problems/5.3/{LIST}"


@pytest.fixture(autouse=True)
def loaded(catalogue):
    pass


@pytest.fixture
def as_curator(as_alice, alice):
    alice.is_curator = True
    alice.save()
    return as_alice


@pytest.fixture
def problem():
    return Problem.objects.get(number="5.3")


def leads_to(client, address, **data):
    """Where a form leads in the end."""
    answer = client.post(f"/problems/5.3/{address}{LIST}", data)
    assert answer.status_code == 302, address
    while answer["Location"].startswith("/comments/"):
        answer = client.get(answer["Location"])
    return answer["Location"]


def test_after_claiming_noting_releasing_and_resuming(as_alice, problem, alice):
    assert leads_to(as_alice, "claim/", plan="Look") == PAGE
    for address in ("claim/note/", "claim/resume/", "claim/release/"):
        assert leads_to(as_alice, address, text="Round") == PAGE, address


def test_after_adding_existing_work_and_asking_for_help(as_alice):
    assert re.match(
        re.escape(PAGE) + r"#reference-\d+$",
        leads_to(as_alice, "references/", title="A paper", url="https://example.org", kind="paper", sign="unknown"),
    )
    help_wanted = leads_to(as_alice, "help/", kind="mentor", text="An hour")
    wish = HelpWanted.objects.get(text="An hour")
    assert help_wanted == f"{PAGE}#help-wanted-{wish.pk}"
    assert leads_to(as_alice, f"help/{wish.pk}/close/") == PAGE


def test_after_commenting_editing_and_removing(as_alice):
    there = leads_to(as_alice, "comments/", body="Look")
    comment = Comment.objects.get(body="Look")
    assert there == f"{PAGE}#comment-{comment.pk}"
    for address, data in (("edit/", {"body": "Look again"}), ("remove/", {})):
        answer = as_alice.post(f"/comments/{comment.pk}/{address}{LIST}", data)
        assert as_alice.get(answer["Location"])["Location"] == there


def test_on_a_later_page_of_the_discussion_too(client, problem):
    Comment.objects.bulk_create([Comment(problem=problem, body=str(n)) for n in range(101)])
    last = Comment.objects.get(body="100")
    there = client.get(f"/comments/{last.pk}/{LIST}")["Location"]
    assert there == f"/problems/5.3/?page=2&{LIST[1:]}#comment-{last.pk}"
    assert client.get(f"/comments/{last.pk}/")["Location"] == f"/problems/5.3/?page=2#comment-{last.pk}"


def test_after_each_of_the_curators_tools(as_curator, alice, problem):
    seen, reason = latest_revision(problem).history_id, {"reason": "clearer"}
    assert leads_to(as_curator, "curate/split/", statements="One", **reason) == PAGE
    assert leads_to(as_curator, "curate/edit/", seen=seen, statement="Why two?", starred="", **reason) == PAGE
    assert leads_to(as_curator, "curate/merge/", into="5.4", **reason) == f"/problems/5.4/{LIST}"
    assert leads_to(as_curator, "curate/merge/undo/", **reason) == PAGE
    merge_duplicate(problem, into=Problem.objects.get(number="5.4"), curator=alice, reason="again")
    assert leads_to(as_curator, "curate/merge/undo/") == f"/problems/5.3/curate/merge/{LIST}"  # a reason is missing


def test_after_a_decision_taken_on_the_page(as_curator, problem, bob):
    waiting = Reference.objects.create(problem=problem, kind="paper", title="Ours", added_by=bob, approval="pending")
    page = as_curator.get(PAGE).content.decode()
    assert f'<input type="hidden" name="next" value="{PAGE}">' in page
    answer = as_curator.post(f"/moderation/reference/{waiting.pk}/approve/", {"next": PAGE})
    assert answer["Location"] == PAGE


@pytest.mark.parametrize("is_held", [False, True])
def test_every_form_and_tool_on_the_page_carries_it(as_curator, alice, problem, is_held):
    if is_held:
        claim_problem(problem, alice, plan="Look")
    Comment.objects.create(problem=problem, body="Look", added_by=alice)
    page = as_curator.get(PAGE).content.decode()
    there = set(re.findall(r'(?:href|action|hx-post)="(/(?:problems/5\.3|comments/\d+)/[^"#]+)["#]', page))
    left = {url for url in there if not url.endswith(LIST)}
    assert left == {"/problems/5.3/activity.atom", *(url for url in left if "/revisions/1/" in url)}
    assert len(there) > 12


def test_from_the_revisions_back_to_the_page(client):
    for url in ("/problems/5.3/revisions/", "/problems/5.3/revisions/1/"):
        page = client.get(url + LIST).content.decode()
        assert f'<a href="{PAGE}">' in page, url
    assert (
        'name="list" value="difficulty=B&amp;category=5"'
        in client.get(f"/problems/5.3/revisions/{LIST}").content.decode()
    )
