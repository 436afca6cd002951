"""The claims on one problem, sorted into those a reader cares about."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser

from problems.models import Claim, Freshness, Problem, User

ACTIVE = (Freshness.FRESH, Freshness.QUIET)


@dataclass(frozen=True)
class ProblemClaims:
    everybody: list[Claim]  # the most recently active first, released ones last
    own: Claim | None
    has_no_parts: bool  # the problem, so that no claim is asked for them

    @cached_property
    def active(self) -> list[Claim]:
        return [claim for claim in self.everybody if claim.freshness in ACTIVE]

    @property
    def others(self) -> list[Claim]:
        return [claim for claim in self.everybody if claim != self.own]

    @cached_property
    def past(self) -> list[Claim]:
        return [claim for claim in self.everybody if claim.freshness not in ACTIVE]

    @property
    def own_held(self) -> Claim | None:
        return self.own if self.own and not self.own.released_at else None


def claims_on(problem: Problem, user: User | AnonymousUser, there: Collection[str]) -> ProblemClaims:
    """`there` names what the problem has (surroundings.py)."""
    related = ("events", "parts") if "parts" in there else ("events",)
    found = problem.claims.select_related("claimant").prefetch_related(*related)
    claims = sorted(found, key=lambda claim: claim.released_at is not None)
    own = next((claim for claim in claims if user.pk and claim.claimant_id == user.pk), None)
    return ProblemClaims(claims, own, "parts" not in there)
