"""What moved: one line for each event that people follow. Feeds, digests and the front page all read from here."""

from collections.abc import Callable
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from problems.models.people import User


class ActivityQuerySet(models.QuerySet["Activity"]):
    def told_once(self) -> Self:
        """For those who watch nothing in particular: an import is one line, however many problems it is about."""
        return self.filter(is_of_import=False)

    def followed_by(self, user: User | AnonymousUser, *, found_by: Callable[[str], models.QuerySet[Any, Any]]) -> Self:
        """In a problem, idea or category the person watches, or on a problem that a saved filter finds, and not muted.

        `found_by` gives the problems that the query of a saved filter finds, which only its caller knows. What is
        watched is read first: with its keys at hand, both databases find the few lines by an index instead of asking
        it of each line.
        """
        keys = ("problem", "category", "idea", "saved_filter__query", "is_muted")
        watched = list(Subscription.objects.filter(user=user.pk).values_list(*keys))
        muted = [problem for problem, *_, is_muted in watched if problem and is_muted]
        kept = [row[:-1] for row in watched if not row[-1]]
        problems, categories, ideas, queries = ([row[n] for row in kept if row[n] is not None] for n in range(4))
        wanted = Q(problem__in=problems) | Q(idea__in=ideas)
        if categories:
            wanted |= Q(problem__category__in=categories)
        for query in queries:
            wanted |= Q(problem__in=found_by(query))
        return self.filter(wanted, ~Q(problem__in=muted), ~Q(actor=user.pk))


class Activity(models.Model):
    """An event on a problem or an idea, in one line. Things that await approval make none until they have it."""

    class Kind(models.TextChoices):
        CLAIMED = "claimed", "claimed"
        RELEASED = "released", "released a claim"
        NOTED = "noted", "reported progress"
        COMMENTED = "commented", "commented"
        REFERENCE = "reference", "added existing work"
        HELP_WANTED = "help-wanted", "asked for help"
        IDEA = "idea", "proposed an idea"
        PROBLEM = "problem", "added a problem"
        REVISED = "revised", "revised the statement"
        STATUS = "status", "status changed"
        RUN = "run", "ran an experiment"
        FINDING = "finding", "reported a finding"
        IMPORTED = "imported", "imported a list"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    problem = models.ForeignKey(
        "problems.Problem", null=True, blank=True, on_delete=models.CASCADE, related_name="activity"
    )
    idea = models.ForeignKey("problems.Idea", null=True, blank=True, on_delete=models.CASCADE, related_name="activity")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="activity"
    )
    text = models.CharField(max_length=300, blank=True, help_text="what happened, without who and where")
    url = models.CharField(max_length=300, help_text="path of the page, with the fragment of the place on it")
    at = models.DateTimeField(default=timezone.now)
    is_of_import = models.BooleanField(default=False, help_text="one of many; a line of its own tells of the import")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "activity"
        indexes = [models.Index(fields=["-at", "-id"]), models.Index(fields=["problem", "-at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"


class SavedFilter(models.Model):
    """A filtered list under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, help_text="the canonical query string of the list")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_saved_filter_per_name")]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """Somebody follows a problem, category, idea or saved filter; muted when they left what they would follow."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions")
    problem = models.ForeignKey(
        "problems.Problem", null=True, blank=True, on_delete=models.CASCADE, related_name="subscriptions"
    )
    category = models.ForeignKey(
        "problems.Category", null=True, blank=True, on_delete=models.CASCADE, related_name="subscriptions"
    )
    idea = models.ForeignKey(
        "problems.Idea", null=True, blank=True, on_delete=models.CASCADE, related_name="subscriptions"
    )
    saved_filter = models.ForeignKey(
        SavedFilter, null=True, blank=True, on_delete=models.CASCADE, related_name="subscriptions"
    )
    is_muted = models.BooleanField(default=False, help_text="left on purpose: touching it again does not renew it")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "problem"], name="one_subscription_per_problem"),
            models.UniqueConstraint(fields=["user", "category"], name="one_subscription_per_category"),
            models.UniqueConstraint(fields=["user", "idea"], name="one_subscription_per_idea"),
            models.UniqueConstraint(fields=["user", "saved_filter"], name="one_subscription_per_saved_filter"),
            models.CheckConstraint(
                condition=Q(problem__isnull=False, category=None, idea=None, saved_filter=None)
                | Q(problem=None, category__isnull=False, idea=None, saved_filter=None)
                | Q(problem=None, category=None, idea__isnull=False, saved_filter=None)
                | Q(problem=None, category=None, idea=None, saved_filter__isnull=False),
                name="a_subscription_is_to_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.problem or self.category or self.idea or self.saved_filter}"
