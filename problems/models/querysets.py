"""Questions one can ask about problems: conditions, usable in filters and counts, and the methods built on them."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from problems.evidence import annotate_evidence
from problems.models.claims import Claim
from problems.models.community import HelpWanted
from problems.models.moderation import ModeratedQuerySet
from problems.models.sources import Reference
from problems.models.standing import Resolution
from problems.status import Status

if TYPE_CHECKING:
    from problems.models.problems import Problem


def is_of_difficulty(letters: Sequence[str]) -> Q:
    """A range such as B-C is of difficulty B and of difficulty C; "?" stands for not known."""
    wanted = Q(pk__in=[])
    for letter in letters:
        wanted |= Q(difficulty_low="") if letter == "?" else Q(difficulty_low__lte=letter, difficulty_high__gte=letter)
    return wanted


def is_claimed(now: datetime.datetime) -> Exists:
    """Somebody works on it: a fresh claim."""
    return Exists(Claim.objects.fresh(now).filter(problem=OuterRef("pk")))


def has_existing_work() -> Exists:
    return Exists(Reference.objects.filter(problem=OuterRef("pk")))


def wants_help() -> Exists:
    return Exists(HelpWanted.objects.open().filter(problem=OuterRef("pk")))


def mentions(word: str) -> Q:
    """In the number (from its start), the statement, the subcategory or a reference."""
    in_reference = Reference.objects.filter(Q(title__icontains=word) | Q(note__icontains=word), problem=OuterRef("pk"))
    return (
        Q(number__startswith=word)
        | Q(statement__icontains=word)
        | Q(subcategory__icontains=word)
        | Q(Exists(in_reference))
    )


def number_of(rows: "models.QuerySet[models.Model]") -> Coalesce:
    """How many of `rows` a problem has. A subquery, so that the joins of a filter cannot multiply it."""
    counted = rows.filter(problem=OuterRef("pk")).order_by().values("problem").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class ProblemQuerySet(ModeratedQuerySet["Problem"]):
    def with_evidence(self) -> "ProblemQuerySet":
        """Adds the counts named in `problems.evidence.COUNTS`, zeros where nothing is known."""
        return annotate_evidence(self)

    def with_status(self, now: datetime.datetime | None = None) -> "ProblemQuerySet":
        """Adds n_fresh_claims, the evidence and `status`, a `problems.status.Status`: the first rule that holds."""
        n_fresh_claims = number_of(Claim.objects.fresh(now or timezone.now()))
        resolved = Exists(Resolution.objects.standing().of_whole_problem().filter(problem=OuterRef("pk")))
        rules = Case(
            When(resolved, then=Value(Status.RESOLVED)),
            When(n_contested_findings__gt=0, then=Value(Status.CONTESTED)),
            When(n_reproduced_findings__gt=0, then=Value(Status.REPRODUCED)),
            When(n_findings__gt=0, then=Value(Status.RESULT_REPORTED)),
            When(n_fresh_claims__gt=0, then=Value(Status.BEING_WORKED_ON)),
            default=Value(Status.OPEN),
            output_field=models.CharField(),
        )
        return self.with_evidence().annotate(n_fresh_claims=n_fresh_claims).annotate(status=rules)

    def with_row_details(self, now: datetime.datetime | None = None) -> Self:
        """What a row of the list shows besides the status: who is on it, how much work exists, is help wanted."""
        now = now or timezone.now()
        recent = Claim.objects.not_lapsed(now).select_related("claimant")
        return self.annotate(n_references=number_of(Reference.objects.all()), wants_help=wants_help()).prefetch_related(
            Prefetch("claims", queryset=recent, to_attr="recent_claims")
        )

    def matching(self, words: str) -> Self:
        """Every word is mentioned somewhere."""
        found = self
        for word in words.split():
            found = found.filter(mentions(word))
        return found

    def by_difficulty(self, *, hardest_first: bool = False) -> Self:
        """Unknown difficulty comes last either way."""
        unknown_last = Case(When(difficulty_low="", then=1), default=0, output_field=IntegerField())
        letters = ["-difficulty_high", "-difficulty_low"] if hardest_first else ["difficulty_low", "difficulty_high"]
        return self.order_by(unknown_last, *letters, "category_id", "index")

    def by_activity(self) -> Self:
        """The one whose claim was active last comes first; never claimed ones keep the order of numbers."""
        latest = Claim.objects.filter(problem=OuterRef("pk")).order_by("-last_activity_at").values("last_activity_at")
        newest_first = F("latest_activity").desc(nulls_last=True)
        return self.annotate(latest_activity=Subquery(latest[:1])).order_by(newest_first, "category_id", "index")

    def by_runs(self) -> Self:
        """The one with most runs comes first. Needs the evidence."""
        return self.order_by(F("n_runs").desc(), "category_id", "index")

    def with_recipe(self) -> Self:
        """Needs the evidence."""
        return self.filter(Q(n_recipes__gt=0))

    def neighbours(self, problem: "Problem") -> tuple["Problem | None", "Problem | None"]:
        """The problems before and after it, in the order of numbers."""
        before = Q(category_id__lt=problem.category_id) | Q(category_id=problem.category_id, index__lt=problem.index)
        after = Q(category_id__gt=problem.category_id) | Q(category_id=problem.category_id, index__gt=problem.index)
        return (
            self.filter(before).order_by("-category_id", "-index").first(),
            self.filter(after).order_by("category_id", "index").first(),
        )

    def known_as(self, number: str) -> Self:
        """By its own number or by one it has elsewhere. A merged one is known as the problem it was merged into."""
        return self.filter(Q(number=number) | Q(aliases__number=number), merged_into=None).distinct()
