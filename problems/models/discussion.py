from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from problems.addresses import address
from problems.models.moderation import Approval, Moderated, ModeratedQuerySet


class CommentQuerySet(ModeratedQuerySet["Comment"]):
    def not_taken_in(self) -> Self:
        """Counted in the backlog of a problem: no revision of the statement names them yet."""
        return self.approved().filter(taken_in_by=None, removed_at=None)


class Comment(Moderated):
    """A contribution to the discussion of a problem or an idea; an answer names what it answers."""

    problem = models.ForeignKey(
        "problems.Problem", null=True, blank=True, on_delete=models.CASCADE, related_name="comments"
    )
    idea = models.ForeignKey("problems.Idea", null=True, blank=True, on_delete=models.CASCADE, related_name="comments")
    answers = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="answered_by")
    body = models.TextField(help_text="Markdown; $...$ is maths")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="taken back by its author or by a curator")
    taken_in_by = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="the history id of the revision of the statement that took it in"
    )

    objects = CommentQuerySet.as_manager()

    class Meta(Moderated.Meta):
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(problem__isnull=False, idea=None) | Q(problem=None, idea__isnull=False),
                name="a_comment_is_on_one_thing",
            )
        ]
        indexes = [
            *Moderated.Meta.indexes,
            models.Index(fields=["problem", "created_at"]),
            models.Index(fields=["idea", "created_at"]),
        ]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def is_not_taken_in(self) -> bool:
        """The same as the question `not_taken_in`."""
        return self.approval == Approval.APPROVED and self.taken_in_by is None and self.removed_at is None

    def get_absolute_url(self) -> str:
        """Leads to the page of the discussion on which it stands, which changes as the discussion grows."""
        return address("comment", self.pk)


class Backlog(models.Model):
    """Runs of a problem up to here are reflected in its statement."""

    problem = models.OneToOneField("problems.Problem", on_delete=models.CASCADE, related_name="backlog")
    runs_taken_in_until = models.DateTimeField()
    revision = models.PositiveBigIntegerField(help_text="the history id of the revision that took them in")
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cleared_backlogs"
    )

    def __str__(self) -> str:
        return f"{self.problem_id} up to {self.runs_taken_in_until}"
