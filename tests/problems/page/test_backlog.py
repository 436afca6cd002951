"""Comments that wait for the statement are told in two ways: asked of the database, or of comments that are at hand."""

import datetime
import itertools

import pytest

from problems.models import Comment, Problem, User
from problems.selectors.backlog import counted, waiting_among

WHEN = datetime.datetime(2030, 5, 6, tzinfo=datetime.UTC)


@pytest.mark.django_db
def test_comments_at_hand_wait_as_the_database_says(problem: Problem, alice: User) -> None:
    kinds = itertools.product(["pending", "approved", "rejected"], [None, 7], [None, WHEN])
    for approval, revision, removed in kinds:
        said = {"approval": approval, "taken_in_by": revision, "removed_at": removed, "rejection_reason": "Rude"}
        Comment.objects.create(problem=problem, added_by=alice, body="Look", **said)
    waiting = set(Comment.objects.not_taken_in())
    assert len(waiting) == 1 < Comment.objects.count()
    assert {comment for comment in Comment.objects.all() if comment.is_not_taken_in} == waiting
    assert waiting_among(Comment.objects.all()) == counted(problem)
