"""Questions one can ask about problems; each method chains."""

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from problems.evidence import annotate_evidence
from problems.models.claims import Claim
from problems.models.community import HelpWanted
from problems.models.sources import Reference
from problems.status import Status

if TYPE_CHECKING:
    pass


class ProblemQuerySet(models.QuerySet["Problem"]):
    def with_claims(self, now: datetime.datetime | None = None) -> Self:
        """Adds n_fresh_claims. A subquery, so that other joins of a filter cannot multiply it."""
        fresh = (
            Claim.objects.fresh(now or timezone.now())
            .filter(problem=OuterRef("pk"))
            .order_by()
            .values("problem")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(n_fresh_claims=Coalesce(Subquery(fresh, output_field=IntegerField()), 0))

    def with_evidence(self) -> Self:
        """Adds the counts named in `problems.evidence.COUNTS`, zeros where nothing is known."""
        return annotate_evidence(self)

    def with_status(self, now: datetime.datetime | None = None) -> Self:
        """Adds `status`, one of `problems.status.Status`: the first rule that holds."""
        return (
            self.with_claims(now)
            .with_evidence()
            .annotate(
                status=Case(
                    When(n_contested_findings__gt=0, then=Value(Status.CONTESTED)),
                    When(n_reproduced_findings__gt=0, then=Value(Status.REPRODUCED)),
                    When(n_findings__gt=0, then=Value(Status.RESULT_REPORTED)),
                    When(n_fresh_claims__gt=0, then=Value(Status.BEING_WORKED_ON)),
                    default=Value(Status.OPEN),
                    output_field=models.CharField(),
                )
            )
        )

    def of_difficulty(self, letters: list[str]) -> Self:
        """A range such as B-C is of difficulty B and of difficulty C; "?" stands for not known."""
        wanted = Q()
        for letter in letters:
            wanted |= (
                Q(difficulty_low="") if letter == "?" else Q(difficulty_low__lte=letter, difficulty_high__gte=letter)
            )
        return self.filter(wanted)

    def claimed(self, now: datetime.datetime | None = None) -> Self:
        """Somebody works on it: a fresh claim."""
        return self.filter(self._has_fresh_claim(now))

    def free(self, now: datetime.datetime | None = None) -> Self:
        return self.filter(~self._has_fresh_claim(now))

    def with_existing_work(self) -> Self:
        return self.filter(self._has_reference())

    def without_existing_work(self) -> Self:
        return self.filter(~self._has_reference())

    def help_wanted(self) -> Self:
        return self.filter(Exists(HelpWanted.objects.open().filter(problem=OuterRef("pk"))))

    def matching(self, words: str) -> Self:
        """Every word occurs in the number, statement, subcategory or a reference; a number matches from its start."""
        found = self
        for word in words.split():
            in_reference = Reference.objects.filter(problem=OuterRef("pk")).filter(
                Q(title__icontains=word) | Q(note__icontains=word)
            )
            found = found.filter(
                Q(number__startswith=word)
                | Q(statement__icontains=word)
                | Q(subcategory__icontains=word)
                | Exists(in_reference)
            )
        return found

    def by_difficulty(self, *, hardest_first: bool = False) -> Self:
        """Unknown difficulty comes last either way."""
        unknown_last = Case(When(difficulty_low="", then=1), default=0, output_field=IntegerField())
        if hardest_first:
            return self.order_by(
                unknown_last, F("difficulty_high").desc(), F("difficulty_low").desc(), "category_id", "index"
            )
        return self.order_by(unknown_last, "difficulty_low", "difficulty_high", "category_id", "index")

    @staticmethod
    def _has_fresh_claim(now: datetime.datetime | None) -> Exists:
        return Exists(Claim.objects.fresh(now or timezone.now()).filter(problem=OuterRef("pk")))

    @staticmethod
    def _has_reference() -> Exists:
        return Exists(Reference.objects.filter(problem=OuterRef("pk")))
