import pytest

from problems.models import Claim, Comment, Merge, Problem, Reference
from problems.services.claims import claim_problem
from problems.services.following import follow, is_following
from problems.services.merging import CannotMerge, merge_duplicate, undo_merge

pytestmark = pytest.mark.django_db

WHY = {"reason": "The same question"}


@pytest.fixture
def contributed(problem, other, alice, bob):
    """On 5.4, which repeats 5.3: what can move, and what would meet its like."""
    claim_problem(other, alice, plan="Look")
    claim_problem(problem, bob, plan="Here")
    claim_problem(other, bob, plan="And there")
    for where in (problem, other):
        Reference.objects.create(problem=where, title="The paper", kind="paper")
    Reference.objects.create(problem=other, title="A post", kind="post")
    Comment.objects.create(problem=other, body="Try PCA", added_by=alice)
    follow(alice, problem=other)


def state():
    rows = [Claim, Reference, Comment]
    return [sorted(model.objects.values_list("problem__number", "pk")) for model in rows]


def test_what_people_wrote_and_follow_moves_but_what_would_collide_stays(
    problem, other, contributed, alice, bob, carol
):
    merge_duplicate(other, into=problem, curator=carol, **WHY)
    assert set(problem.claims.values_list("claimant__username", flat=True)) == {"alice", "bob"}
    assert other.claims.get().claimant == bob and other.references.get().title == "The paper"
    assert problem.comments.get().body == "Try PCA" and is_following(alice, problem=problem)


def test_the_number_of_the_duplicate_leads_on(problem, other, carol, client):
    merge_duplicate(other, into=problem, curator=carol, **WHY)
    assert client.get("/p/5.4/")["Location"] == "/problems/5.3/"
    assert client.get("/problems/5.4/")["Location"] == "/problems/5.3/"
    kept = client.get("/problems/5.4/?itself")
    assert kept.status_code == 200 and "merged into" in kept.content.decode()
    assert "/problems/5.4/?itself" in client.get("/problems/5.3/").content.decode()
    assert "1 of 1" in client.get("/problems/").content.decode()


def test_a_merge_is_taken_back_exactly(problem, other, contributed, alice, carol):
    before = state()
    merge = merge_duplicate(other, into=problem, curator=carol, **WHY)
    assert state() != before
    assert undo_merge(merge, curator=carol, reason="Not the same") and not undo_merge(merge, curator=carol, **WHY)
    assert state() == before and is_following(alice, problem=other)
    other.refresh_from_db()
    assert other.merged_into is None and not problem.aliases.exists()
    assert [r.history_change_reason for r in other.history.all()][:2] == [
        "no longer merged into 5.3: Not the same",
        "merged into 5.3: The same question",
    ]


def test_what_came_after_the_merge_stays_where_it_was_written(problem, other, carol, bob):
    merge = merge_duplicate(other, into=problem, curator=carol, **WHY)
    Comment.objects.create(problem=problem, body="Later", added_by=bob)
    undo_merge(merge, curator=carol, **WHY)
    assert Comment.objects.get().problem == problem


def test_merging_in_a_circle_or_chain_is_refused(problem, other, carol):
    with pytest.raises(CannotMerge, match="no duplicate of itself"):
        merge_duplicate(problem, into=problem, curator=carol, **WHY)
    merge_duplicate(other, into=problem, curator=carol, **WHY)
    with pytest.raises(CannotMerge, match="merged into 5.3 already"):
        merge_duplicate(other, into=problem, curator=carol, **WHY)
    with pytest.raises(CannotMerge, match=r"5\.4 is itself merged into 5\.3\. Name that one"):
        merge_duplicate(problem, into=other, curator=carol, **WHY)
    assert Merge.objects.count() == 1


def test_merging_and_taking_back_by_the_page(as_carol, problem, other):
    page = as_carol.post("/problems/5.4/curate/merge/", {"into": "5.99", **WHY}).content.decode()
    assert "There is no problem 5.99." in page
    assert as_carol.post("/problems/5.4/curate/merge/", {"into": "5.3", **WHY})["Location"] == "/problems/5.3/"
    assert "Take the merge back" in as_carol.get("/problems/5.4/curate/merge/").content.decode()
    as_carol.post("/problems/5.4/curate/merge/undo/", WHY)
    assert not Problem.objects.exclude(merged_into=None).exists()
