from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.text import Truncator
from simple_history.models import HistoricalRecords

from problems.addresses import address
from problems.models.moderation import Moderated
from problems.models.querysets import ProblemQuerySet

LETTERS = ("A", "B", "C", "D")


def difficulty_range(low: str, high: str) -> str:
    """ "B", "B-C", or empty when it is not known."""
    return low if low == high else f"{low}-{high}"


class Category(models.Model):
    """A chapter of the catalogue. Its number is its identity, so that problems sort without a join."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=120, unique=True)
    motivation = models.TextField(blank=True, help_text="why these problems matter, in our own words")
    tips = models.TextField(blank=True, help_text="what to know before starting; one tip a line")
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    def get_absolute_url(self) -> str:
        return address("category", self.number)


def number_is_category_and_index() -> models.CheckConstraint:
    parts = Concat(
        Cast(F("category_id"), models.CharField()),
        Value("."),
        Cast(F("index"), models.CharField()),
        output_field=models.CharField(),
    )
    return models.CheckConstraint(condition=Q(number=parts), name="number_is_category_and_index")


class Problem(Moderated):
    """An open problem. The number is text, "1.10" and "1.1" are two problems; it is given once and never reused."""

    class DifficultySource(models.TextChoices):
        POST = "post", "the post"
        SHEET = "sheet", "the original spreadsheet"
        CODA = "coda", "the Coda table"
        CURATOR = "curator", "a curator"

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="problems")
    index = models.PositiveIntegerField(help_text="position within the category")
    number = models.CharField(max_length=12, unique=True)
    subcategory = models.CharField(max_length=120, blank=True)
    statement = models.TextField()
    difficulty_low = models.CharField(max_length=1, blank=True, choices=[(letter, letter) for letter in LETTERS])
    difficulty_high = models.CharField(max_length=1, blank=True, choices=[(letter, letter) for letter in LETTERS])
    difficulty_source = models.CharField(max_length=10, blank=True, choices=DifficultySource.choices)
    difficulty_note = models.TextField(blank=True, help_text="what is unusual or disputed about the letter")
    starred = models.BooleanField(null=True, blank=True, help_text="starred in the source; empty when not known")
    sources = models.CharField(max_length=80, blank=True, help_text="where the problem was read, such as coda;post-5")
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # the index below serves it
        related_name="merged",
        help_text="it was a duplicate",
    )
    literature_checked_on = models.DateField(null=True, blank=True, help_text="when existing work was last looked for")
    see_also = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="seen_from")
    imported = models.JSONField(
        default=dict, editable=False, help_text="the values last loaded from the data files; what differs was curated"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProblemQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["imported"])

    class Meta(Moderated.Meta):
        ordering = ["category_id", "index"]
        indexes = [
            *Moderated.Meta.indexes,
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="problem_merged"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["category", "index"], name="one_problem_per_index"),
            number_is_category_and_index(),
            models.CheckConstraint(
                condition=Q(difficulty_low="", difficulty_high="")
                | Q(difficulty_low__in=LETTERS, difficulty_high__in=LETTERS, difficulty_low__lte=F("difficulty_high")),
                name="difficulty_is_a_range_or_unknown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {Truncator(self.statement).chars(72)}"

    def get_absolute_url(self) -> str:
        return address("problem", self.number)

    @property
    def difficulty(self) -> str:
        return difficulty_range(self.difficulty_low, self.difficulty_high)


class Alias(models.Model):
    """A number by which a problem is known elsewhere; two problems may share one."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="aliases")
    number = models.CharField(max_length=40, db_index=True)
    source = models.CharField(max_length=40, help_text="who uses that number, such as post-5")

    class Meta:
        ordering = ["problem", "source"]
        verbose_name_plural = "aliases"
        constraints = [
            models.UniqueConstraint(fields=["problem", "number", "source"], name="one_alias_per_source"),
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.source}"
