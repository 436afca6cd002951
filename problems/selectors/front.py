"""Assembles the front page: what moves, what needs somebody, and how far problems come. No person is ranked."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import Activity, Category, Claim, HelpWanted, Problem
from problems.selectors.facets import Tally, tally
from problems.selectors.rows import OF_A_CLAIM
from problems.status import Status

SHOWN = 5
MOVES_SHOWN = 12
OF_A_MOVE = ("kind", "text", "url", "at", "problem__number", "idea__title", "actor__username")
REPRODUCED = (Status.REPRODUCED, Status.RESOLVED)
WITH_RESULT = (Status.RESULT_REPORTED, Status.CONTESTED, *REPRODUCED)


@dataclass(frozen=True)
class Step:
    """A step of the way of a problem: how many have come as far, and the list of them."""

    name: str
    n: int
    query: str


@dataclass(frozen=True)
class FrontPage:
    counts: dict[str, int]
    categories: list[tuple[Category, int]]
    moves: list[Activity]
    quiet_claims: list[Claim]
    one_rerun_away: list[Problem]
    help_wanted: list[HelpWanted]

    @property
    def funnel(self) -> list[Step]:
        return [
            Step("claimed", self.counts["claimed_ever"], "claims=some"),
            Step("run at least once", self.counts["tried"], "results=some"),
            Step("a result reported", self.counts["with_result"], REPORTED_QUERY),
            Step("reproduced by another person", self.counts["reproduced"], "status=reproduced&status=resolved"),
        ]


REPORTED_QUERY = "status=result-reported&status=reproduced&status=contested&status=resolved"


def front_page(now: datetime.datetime) -> FrontPage:
    listed = tally(ProblemFilter(QueryDict("")))
    reported = Problem.objects.filter(entry__reported=Status.RESULT_REPORTED).only("number", "statement")
    wishes = HelpWanted.objects.open().select_related("problem").only("kind", "text", "problem__number")
    moves = Activity.objects.told_once().select_related("problem", "idea", "actor").only(*OF_A_MOVE)
    return FrontPage(
        counts=counts_of(listed),
        categories=[(category, listed.categories[category.pk]) for category in Category.objects.only("number", "name")],
        moves=list(moves[:MOVES_SHOWN]),
        quiet_claims=quiet_claims(now),
        one_rerun_away=list(reported.order_by("entry__category_id", "entry__index")[:SHOWN]),
        help_wanted=list(wishes.filter(problem__merged_into=None)[:SHOWN]),
    )


def counts_of(listed: Tally) -> dict[str, int]:
    by = listed.traits
    return {
        "all": listed.n,
        "claimed": by["claimed"]["claimed"],
        "claimed_ever": by["claims"]["some"],
        "tried": by["results"]["runs"] + by["results"]["succeeded"],
        "with_result": sum(by["status"][status] for status in WITH_RESULT),
        "reproduced": sum(by["status"][status] for status in REPRODUCED),
        "with_recipe": by["recipe"]["full"] + by["recipe"]["laptop"],
    }


def quiet_claims(now: datetime.datetime) -> list[Claim]:
    """Those that went quiet, the one that has waited longest first: somebody may be stuck there."""
    fresh_since = now - datetime.timedelta(days=settings.CLAIM_FRESH_DAYS)
    quiet = Claim.objects.not_lapsed(now).filter(last_activity_at__lt=fresh_since)
    shown = quiet.select_related("problem", "claimant").only(*OF_A_CLAIM, "problem__number")
    return list(shown.order_by("last_activity_at")[:SHOWN])
