from typing import Self

from django.conf import settings
from django.db import models

from experiments.recipe import Recipe, recipe_from_data
from problems.addresses import address


class SubmittedRecipeQuerySet(models.QuerySet["SubmittedRecipe"]):
    def starters(self) -> Self:
        """The recipes that ship with the project."""
        return self.exclude(preset="")


class SubmittedRecipe(models.Model):
    """A recipe as somebody gave it. Never changed once it has run; a change is a fork."""

    class RestsOn(models.TextChoices):
        MEASUREMENT = "measurement", "measured"
        RUN = "run", "as its last run here took"
        ESTIMATE = "estimate", "estimated"

    title = models.CharField(max_length=200)
    problem = models.ForeignKey("problems.Problem", on_delete=models.PROTECT, related_name="recipes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="recipes")
    toml = models.TextField()
    resolved = models.JSONField()
    digest = models.CharField(max_length=64, db_index=True)
    vocabulary = models.CharField(max_length=64, blank=True, help_text="digest of the vocabulary it was written in")
    preset = models.CharField(max_length=120, blank=True, help_text="file name of a shipped recipe")
    size = models.CharField(max_length=20, blank=True, choices=[("laptop", "laptop"), ("full", "full")])
    laptop_seconds = models.FloatField(null=True, blank=True, help_text="what one run takes on a laptop, about")
    laptop_rests_on = models.CharField(max_length=11, blank=True, choices=RestsOn.choices)
    forked_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SubmittedRecipeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preset"], condition=~models.Q(preset=""), name="one_recipe_per_preset")
        ]
        indexes = [
            models.Index(fields=["problem", "-created_at"]),
            models.Index(fields=["size", "laptop_seconds", "problem"], name="recipes_by_size_and_time"),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.title} ({self.digest[:12]})"

    def get_absolute_url(self) -> str:
        return address("recipe", self.pk)

    @property
    def recipe(self) -> Recipe:
        return recipe_from_data(self.resolved)
