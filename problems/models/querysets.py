"""Questions one can ask about problems: conditions, usable in filters and counts, and the methods built on them."""

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from problems.evidence import annotate_evidence
from problems.models.claims import Claim
from problems.models.moderation import ModeratedQuerySet
from problems.models.standing import Resolution
from problems.status import Status

if TYPE_CHECKING:
    from problems.models.problems import Problem  # noqa: F401 - named in quotes below


def number_of(rows: "models.QuerySet[models.Model]", *, that: Q | None = None) -> Coalesce:
    """How many of `rows` a problem has. A subquery, so that the joins of a filter cannot multiply it.

    What nearly all rows have in common, such as an approval, belongs into `that`: as a filter, SQLite, which keeps no
    statistics by itself, would go through all of them instead of those of one problem.
    """
    of_problem = rows.filter(problem=OuterRef("pk")).order_by().values("problem")
    return Coalesce(Subquery(of_problem.annotate(n=Count("pk", filter=that)).values("n"), IntegerField()), 0)


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

    def known_as(self, number: str) -> Self:
        """By its own number or by one it has elsewhere. A merged one is known as the problem it was merged into."""
        return self.filter(Q(number=number) | Q(aliases__number=number), merged_into=None).distinct()
