from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """A duplicate was merged into another problem: what moved, so that it can move back."""

    duplicate = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="merges_away")
    into = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="merges_in")
    moved = models.JSONField(default=dict, help_text="keys of the rows that moved, by the name of their relation")
    reason = models.TextField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="merges")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(undone_at=None), name="one_standing_merge_per_duplicate"
            )
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} into {self.into_id}"
