from django.db import models
from simple_history.models import HistoricalRecords

from problems.models.moderation import Moderated, ModeratedQuerySet


class ReferenceQuerySet(ModeratedQuerySet["Reference"]):
    """Existing work, filtered by its approval."""


class Reference(Moderated):
    """Existing work on a problem."""

    class Kind(models.TextChoices):
        PAPER = "paper", "Paper"
        POST = "post", "Post"
        CODE = "code", "Code"
        DRAFT = "draft", "Draft"

    class Sign(models.TextChoices):
        POSITIVE = "positive", "positive result"
        NEGATIVE = "negative", "negative result"
        MIXED = "mixed", "mixed result"
        UNKNOWN = "unknown", "result not stated"

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="references")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sign = models.CharField(max_length=8, choices=Sign.choices, default=Sign.UNKNOWN)
    title = models.CharField(max_length=300)
    url = models.URLField(blank=True, max_length=500)
    note = models.TextField(blank=True)
    imported = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReferenceQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["imported"])

    class Meta(Moderated.Meta):
        ordering = ["problem", "pk"]
        constraints = [models.UniqueConstraint(fields=["problem", "title"], name="one_reference_per_title")]

    def __str__(self) -> str:
        return self.title


class Prediction(models.Model):
    """What somebody expected of a problem before it was tried."""

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="predictions")
    text = models.TextField()
    predicted_by = models.CharField(max_length=120)
    predicted_on = models.DateField(null=True, blank=True, help_text="empty when the source gives no date")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["problem", "predicted_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["problem", "predicted_by", "text"], name="one_such_prediction")]

    def __str__(self) -> str:
        return f"{self.predicted_by}: {self.text[:60]}"


class Resource(models.Model):
    """A model, paper, tool or data set that helps with the problems of some categories."""

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=80)
    summary = models.TextField()
    facts = models.TextField(blank=True)
    sources = models.CharField(max_length=80, blank=True)
    main_category = models.ForeignKey("problems.Category", on_delete=models.PROTECT, related_name="main_resources")
    categories = models.ManyToManyField("problems.Category", related_name="resources")
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["main_category", "pk"]

    def __str__(self) -> str:
        return self.name
