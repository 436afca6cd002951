"""What new accounts add is public at once, badged, and counted only once a curator has approved it."""

from typing import Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from problems.models.people import User

M = TypeVar("M", bound=models.Model)


class Approval(models.TextChoices):
    PENDING = "pending", "awaiting approval"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class ModeratedQuerySet(models.QuerySet[M]):
    def approved(self) -> Self:
        """What counts, is exported and may be found by search engines."""
        return self.filter(approval=Approval.APPROVED)

    def pending(self) -> Self:
        return self.filter(approval=Approval.PENDING)

    def public(self) -> Self:
        """What everybody sees: approved, or awaiting approval with a badge."""
        return self.exclude(approval=Approval.REJECTED)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The public part, and what was rejected for its author and for curators."""
        if getattr(user, "is_curator", False):
            return self
        seen = ~Q(approval=Approval.REJECTED)
        return self.filter(seen | Q(added_by=user.pk)) if user.pk else self.filter(seen)


class Moderated(models.Model):
    """Something a member adds. Imported rows and those of trusted members are approved from the start."""

    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="added_%(class)ss"
    )
    approval = models.CharField(max_length=8, choices=Approval.choices, default=Approval.APPROVED, editable=False)
    rejection_reason = models.TextField(blank=True, editable=False, help_text="read by the author and by curators")

    class Meta:
        abstract = True
        # Of the few that wait only: SQLite would use an index of all to go through everything that is approved.
        indexes = [models.Index(fields=["approval"], condition=Q(approval=Approval.PENDING), name="%(class)s_pending")]

    @property
    def is_pending(self) -> bool:
        return self.approval == Approval.PENDING

    @property
    def is_rejected(self) -> bool:
        return self.approval == Approval.REJECTED


class CuratorAct(models.Model):
    """The audit trail: what a curator did, to what, and why. Never changed."""

    class Kind(models.TextChoices):
        APPROVED = "approved", "approved"
        REJECTED = "rejected", "rejected"
        EDITED = "edited", "edited"
        ADDED = "added", "added"
        SPLIT = "split", "split into parts"
        MERGED = "merged", "merged a duplicate"
        INCORPORATED = "incorporated", "took comments into the statement"
        RESOLVED = "resolved", "resolved"
        REOPENED = "reopened", "took a resolution back"
        IMPORTED = "imported", "imported a list"
        TRUSTED = "trusted", "changed somebody's standing"
        PAUSED = "paused", "paused"
        RESUMED = "resumed", "let go on"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="curator_acts"
    )
    problem = models.ForeignKey(
        "problems.Problem", null=True, blank=True, on_delete=models.CASCADE, related_name="curator_acts"
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions"
    )  # whose contribution or standing it was; they are told
    subject = models.CharField(max_length=300, help_text="what it was done to, in words")
    url = models.CharField(max_length=300, blank=True, help_text="where it can be seen")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
