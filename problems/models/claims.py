import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Freshness(models.TextChoices):
    FRESH = "fresh", "Fresh"
    QUIET = "quiet", "Quiet"
    LAPSED = "lapsed", "Lapsed"
    RELEASED = "released", "Released"


class ClaimQuerySet(models.QuerySet["Claim"]):
    def held(self) -> Self:
        """Not released by the person who made them; they may have lapsed."""
        return self.filter(released_at=None)

    def fresh(self, now: datetime.datetime) -> Self:
        return self._active_within(settings.CLAIM_FRESH_DAYS, now)

    def not_lapsed(self, now: datetime.datetime) -> Self:
        """Fresh or quiet."""
        return self._active_within(settings.CLAIM_QUIET_DAYS, now)

    def _active_within(self, days: int, now: datetime.datetime) -> Self:
        return self.held().filter(last_activity_at__gte=now - datetime.timedelta(days=days))


class Claim(models.Model):
    """Somebody is on a problem: dated, never exclusive. One row per person and problem; its events tell the rest."""

    class Precision(models.TextChoices):
        DAY = "day", "day"
        MONTH = "month", "month"
        YEAR = "year", "year"

    problem = models.ForeignKey("problems.Problem", on_delete=models.PROTECT, related_name="claims")
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="claims"
    )
    plan = models.TextField(blank=True)
    expected_on = models.DateField(null=True, blank=True, help_text="when a first result is expected")
    started_at = models.DateTimeField(default=timezone.now)
    last_activity_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    parts = models.ManyToManyField("problems.Part", blank=True, related_name="claims")
    over_cap_reason = models.TextField(
        blank=True, help_text="why a new account holds more fresh claims than its cap allows"
    )
    reminded_at = models.DateTimeField(null=True, blank=True, help_text="of the present silence; empty once active")

    is_imported = models.BooleanField(default=False, help_text="made before this site, read from the published table")
    imported_name = models.CharField(max_length=120, blank=True, help_text="who made it, as written in the table")
    imported_text = models.TextField(blank=True, help_text="date and remark as read in the table")
    date_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-last_activity_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "claimant"], name="one_claim_per_person_and_problem"),
            models.UniqueConstraint(
                fields=["problem", "imported_name"], condition=Q(is_imported=True), name="one_imported_claim_per_name"
            ),
            models.CheckConstraint(
                condition=Q(is_imported=True, claimant=None) | Q(is_imported=False, imported_name=""),
                name="a_claim_is_imported_or_made_here",
            ),
            models.CheckConstraint(condition=Q(is_imported=True) | ~Q(plan=""), name="a_claim_has_a_plan"),
        ]
        indexes = [models.Index(fields=["problem", "-last_activity_at"]), models.Index(fields=["-last_activity_at"])]

    def __str__(self) -> str:
        return f"{self.who} on {self.problem_id}"

    @property
    def who(self) -> str:
        if self.is_imported:
            return self.imported_name
        return str(self.claimant) if self.claimant else "a former member"

    @property
    def freshness(self) -> Freshness:
        if self.released_at:
            return Freshness.RELEASED
        age = timezone.now() - self.last_activity_at
        if age <= datetime.timedelta(days=settings.CLAIM_FRESH_DAYS):
            return Freshness.FRESH
        if age <= datetime.timedelta(days=settings.CLAIM_QUIET_DAYS):
            return Freshness.QUIET
        return Freshness.LAPSED

    @property
    def started_on_text(self) -> str:
        """The start as precisely as it is known: 2023-04-14, 2023-04 or 2023."""
        formats = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
        return self.started_at.strftime(formats[self.date_precision])


class ClaimEvent(models.Model):
    """What happened to a claim, in order; never changed."""

    class Kind(models.TextChoices):
        CLAIMED = "claimed", "claimed"
        CHANGED = "changed", "changed the plan"
        RESUMED = "resumed", "resumed"
        NOTED = "noted", "wrote a note"
        RELEASED = "released", "released"
        REMINDED = "reminded", "was reminded"
        KEPT = "kept", "said: still on it"

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True, help_text="the plan at that time, or the note")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"
