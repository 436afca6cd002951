from typing import Self

from django.db import models
from simple_history.models import HistoricalRecords

from problems.addresses import address
from problems.models.moderation import Moderated, ModeratedQuerySet


class HelpWantedQuerySet(ModeratedQuerySet["HelpWanted"]):
    def open(self) -> Self:
        return self.approved().filter(closed_at=None)


class HelpWanted(Moderated):
    """Somebody on a problem asks for people."""

    class Kind(models.TextChoices):
        COLLABORATOR = "collaborator", "collaborators"
        MENTOR = "mentor", "a mentor"

    problem = models.ForeignKey("problems.Problem", on_delete=models.CASCADE, related_name="help_wanted")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(help_text="what help, in a sentence or two")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = HelpWantedQuerySet.as_manager()

    class Meta(Moderated.Meta):
        ordering = ["-created_at"]
        verbose_name_plural = "help wanted"
        indexes = [
            *Moderated.Meta.indexes,
            models.Index(fields=["-created_at"], condition=models.Q(closed_at=None), name="help_newest_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"


class IdeaQuerySet(ModeratedQuerySet["Idea"]):
    """Ideas, filtered by their approval."""


class Idea(Moderated):
    """An unnumbered proposal. Who had it and who entered it may be two people."""

    class Kind(models.TextChoices):
        OPEN_ENDED = "open-ended", "Open-ended"
        HYPOTHESIS = "hypothesis", "Hypothesis"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        TAKEN_UP = "taken-up", "Taken up"
        CLOSED = "closed", "Closed"

    title = models.CharField(max_length=200, unique=True)
    summary = models.TextField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    originator = models.CharField(max_length=120, blank=True, help_text="who had the idea, if not the submitter")
    originator_role = models.CharField(max_length=80, blank=True)
    originator_is_verified_expert = models.BooleanField(default=False)
    related_problems = models.ManyToManyField("problems.Problem", blank=True, related_name="ideas")
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="duplicates"
    )
    imported = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdeaQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["imported"])

    class Meta(Moderated.Meta):
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("idea", self.pk)
