"""Where a problem stands: its parts, what resolved it, and each change of its computed status."""

import datetime
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from problems.models.claims import Claim
from problems.status import Status


class PartQuerySet(models.QuerySet["Part"]):
    def with_status(self, now: datetime.datetime | None = None) -> Self:
        """Resolved by a signature under the part or the whole problem; being worked on by a fresh claim that names it.

        Findings name no part, so a part knows nothing of Result reported, Reproduced and Contested.
        """
        standing = Resolution.objects.standing()
        resolved = standing.filter(Q(part=OuterRef("pk")) | Q(part=None, problem=OuterRef("problem")))
        claimed = Claim.objects.fresh(now or timezone.now()).filter(parts=OuterRef("pk"))
        rules = Case(
            When(Exists(resolved), then=Value(Status.RESOLVED)),
            When(Exists(claimed), then=Value(Status.BEING_WORKED_ON)),
            default=Value(Status.OPEN),
            output_field=models.CharField(),
        )
        return self.annotate(status=rules)


class Part(models.Model):
    """(a), (b), ... of a problem, with a status of its own. A letter is never given twice."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="parts")
    letter = models.CharField(max_length=1, validators=[RegexValidator(r"^[a-z]\Z", "One letter from a to z.")])
    statement = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["problem", "letter"]
        constraints = [models.UniqueConstraint(fields=["problem", "letter"], name="one_part_per_letter")]

    def __str__(self) -> str:
        return f"({self.letter}) {self.statement[:60]}"


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def standing(self) -> Self:
        """Signed and not taken back."""
        return self.filter(withdrawn_at=None)

    def of_whole_problem(self) -> Self:
        return self.filter(part=None)


class Resolution(models.Model):
    """A curator's signature under a result, naming the run that shows it."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="resolutions")
    part = models.ForeignKey(Part, null=True, blank=True, on_delete=models.CASCADE, related_name="resolutions")
    run = models.PositiveBigIntegerField(help_text="the number of the run that shows it")
    reason = models.TextField(help_text="what was found, in a sentence or two")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="resolutions"
    )
    signed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem"], condition=Q(part=None, withdrawn_at=None), name="one_resolution_per_problem"
            ),
            models.UniqueConstraint(
                fields=["part"], condition=Q(part__isnull=False, withdrawn_at=None), name="one_resolution_per_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.problem_id} by run {self.run}"


class StatusChange(models.Model):
    """A change of the computed status as it was first noticed, with what caused it."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="status_changes")
    before = models.CharField(max_length=16, choices=Status.choices, blank=True)
    after = models.CharField(max_length=16, choices=Status.choices)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="status_changes"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["problem", "-at"])]

    def __str__(self) -> str:
        return f"{self.problem_id}: {self.before} to {self.after}"
