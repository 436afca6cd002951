import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from problems.models import Activity, Idea, Problem, Proposal
from problems.services.ideas import change_idea_state, link_duplicate
from problems.services.moderation import approve, reject
from problems.services.numbers import add_problem
from problems.services.proposals import propose_problem

pytestmark = pytest.mark.django_db

FORM = {"kind": "hypothesis", "title": "Two ways", "summary": "Perhaps $n$ ways", "related_problems": "5.3"}
WANTED = {"category": "5", "subcategory": "Grokking", "statement": "What of dropout?", "difficulty": "B-C"}


def test_a_member_proposes_an_idea_of_somebody_else(as_alice, alice, problem):
    form = FORM | {"originator": "Ada L.", "originator_role": "Student"}
    page = as_alice.post("/ideas/propose/", form, follow=True).content.decode()
    idea = Idea.objects.get()
    assert (idea.added_by, idea.originator) == (alice, "Ada L.") and idea.is_pending
    assert "Ada L., student" in page and "awaiting approval" in page and "<math" in page
    assert alice.subscriptions.get().idea == idea and 'name="robots" content="noindex"' in page


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"related_problems": "5.3, 1.10 5.98"}, "No problem has the number 1.10, 5.98."),
        ({"title": ""}, "This field is required."),
        ({"kind": "story"}, "not one of the available choices"),
        ({"originator_role": "Student"}, "Name whose idea it is"),
    ],
)
def test_what_is_wrong_with_an_idea_is_named(as_alice, problem, change, told):
    assert told in as_alice.post("/ideas/propose/", FORM | change).content.decode() and not Idea.objects.exists()


def test_ideas_are_filtered_by_kind_and_state_and_an_empty_page_helps(client, idea):
    assert idea.title in client.get("/ideas/?kind=hypothesis&state=open").content.decode()
    empty = client.get("/ideas/?state=closed").content.decode()
    assert idea.title not in empty and "Show all 1" in empty
    Idea.objects.all().delete()
    assert "propose the first one" in client.get("/ideas/").content.decode()


def test_the_list_costs_the_same_however_long(client, problem, bob):
    counts = []
    for some in (range(1), range(1, 12)):
        for i in some:
            made = Idea.objects.create(title=f"Idea {i}", summary="S", kind="hypothesis", added_by=bob)
            made.related_problems.add(problem)
            Idea.objects.create(title=f"Copy {i}", summary="S", kind="hypothesis", duplicate_of=made)
        with CaptureQueriesContext(connection) as queries, zeal_context():
            assert client.get("/ideas/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_a_duplicate_is_linked_and_stays(idea, carol, client):
    copy = Idea.objects.create(title="Two paths", summary="S", kind="hypothesis")
    assert link_duplicate(copy, of=idea, curator=carol, reason="The same question")
    page = client.get(f"/ideas/{copy.pk}/").content.decode()
    assert "Largely the same as" in page and "Taken up again by" in client.get(f"/ideas/{idea.pk}/").content.decode()
    with pytest.raises(ValueError, match="nor two of each other"):
        link_duplicate(idea, of=copy, curator=carol, reason="Round")
    assert copy.history.count() == 2 and not link_duplicate(copy, of=idea, curator=carol, reason="Again")


def test_the_state_changes_with_a_reason_that_followers_read(idea, carol):
    assert change_idea_state(idea, state="closed", curator=carol, reason="Answered by a paper")
    assert not change_idea_state(idea, state="closed", curator=carol, reason="Again")
    assert Activity.objects.get().text == "Open to Closed: Answered by a paper"


def test_a_curator_turns_an_idea_into_a_problem(as_carol, idea, problem):
    form = {"action": "problem", **{f"p-{name}": value for name, value in WANTED.items()}}
    assert as_carol.post(f"/ideas/{idea.pk}/curate/", form)["Location"] == "/problems/5.4/"
    idea.refresh_from_db()
    made = Problem.objects.get(number="5.4")
    assert idea.state == "taken-up" and made in idea.related_problems.all() and made.difficulty == "B-C"


def test_a_proposal_is_public_without_a_number_and_numbered_when_approved(as_alice, alice, carol, problem, client):
    page = as_alice.post("/proposals/propose/", WANTED | {"source": "A workshop"}, follow=True).content.decode()
    proposal = Proposal.objects.get()
    assert "awaiting approval" in page and Problem.objects.count() == 1
    assert "What of dropout?" in client.get("/proposals/").content.decode()
    approve(proposal, curator=carol)
    made = Problem.objects.get(number="5.4")
    assert made.added_by == alice and made.history.get().history_change_reason == "proposed, from A workshop"
    assert as_alice.get(f"/proposals/{proposal.pk}/")["Location"] == "/problems/5.4/"


def test_no_number_is_spent_on_what_is_rejected_nor_given_twice(alice, carol, problem):
    first, second = (propose_problem(alice, category=problem.category, statement=text) for text in ("A?", "B?"))
    reject(first, curator=carol, reason="Known")
    approve(second, curator=carol)
    gone = Problem.objects.get(number="5.4")
    Proposal.objects.update(problem=None)
    gone.delete()
    assert add_problem(category=problem.category, statement="C?", added_by=None, reason="x").number == "5.5"


def test_what_a_curator_proposes_has_its_number_at_once(as_carol, problem):
    assert as_carol.post("/proposals/propose/", WANTED)["Location"] == "/problems/5.4/"
    assert Proposal.objects.get().problem.number == "5.4"
