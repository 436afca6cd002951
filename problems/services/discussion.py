"""Comments: written, edited for a while, taken back. What is removed leaves its place and loses its words."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from problems.models import Approval, Comment, CuratorAct, Idea, Problem, User
from problems.services.approval import announce, approval_for, withdraw_announcement
from problems.services.audit import record_act
from problems.services.claims import refresh_claim
from problems.services.following import follow_touched
from problems.services.limits import spend
from problems.services.listed import reindex, reindex_ideas


class TooLate(Exception):
    """The time in which a comment may be edited is over."""

    def __init__(self) -> None:
        super().__init__(
            f"A comment can be edited for {settings.COMMENT_EDIT_MINUTES} minutes, and they are over. "
            "Answer it, or remove it and write another."
        )


@transaction.atomic
def add_comment(
    *, author: User, body: str, problem: Problem | None = None, idea: Idea | None = None, answers: Comment | None = None
) -> Comment:
    """On a problem or on an idea. An answer belongs to the thread of what it answers, however deep that stands."""
    spend("comments", by=author)
    comment = Comment.objects.create(
        problem=problem,
        idea=idea,
        answers=answers and (answers.answers or answers),
        body=body,
        added_by=author,
        approval=approval_for(author),
    )
    announce(comment)
    if problem:
        follow_touched(author, problem=problem)
        refresh_claim(problem, author)
    elif idea:
        follow_touched(author, idea=idea)
    find_anew(comment)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, *, body: str) -> None:
    """By its author. What a curator approved of a new account is looked at again."""
    now = timezone.now()
    written = Comment.objects.select_for_update().get(pk=comment.pk)
    if not is_editable(written, now):
        raise TooLate
    author = written.added_by
    if author and written.approval == Approval.APPROVED and approval_for(author) == Approval.PENDING:
        withdraw_announcement(written)
        written.approval = Approval.PENDING
    written.body, written.edited_at = body, now
    written.save(update_fields=["body", "edited_at", "approval"])
    find_anew(written)


def is_editable(comment: Comment, now: datetime.datetime) -> bool:
    window = datetime.timedelta(minutes=settings.COMMENT_EDIT_MINUTES)
    return comment.removed_at is None and now - comment.created_at <= window


@transaction.atomic
def remove_comment(comment: Comment, *, by: User, reason: str = "") -> bool:
    """True if it was there until now. A curator who removes what somebody else wrote gives a reason, which is kept."""
    is_own = comment.added_by_id == by.pk
    assert is_own or (by.is_curator and reason), "the view lets nobody else come here"
    there = Comment.objects.filter(pk=comment.pk, removed_at=None)
    if not there.update(removed_at=timezone.now(), body="", rejection_reason="" if is_own else reason):
        return False
    withdraw_announcement(comment)
    find_anew(comment)
    if not is_own:
        record_act(
            CuratorAct.Kind.REJECTED,
            curator=by,
            subject=f"comment of {comment.added_by or 'a former member'}",
            url=comment.get_absolute_url(),
            reason=reason,
            problem=comment.problem,
        )
    return True


def find_anew(comment: Comment) -> None:
    """The search and the counts of the list follow."""
    if comment.problem_id:
        reindex(comment.problem_id)
    if comment.idea_id:
        reindex_ideas(comment.idea_id)
