"""Where experiments plug into the catalogue, which knows nothing about them.

Another app implements `Evidence` and calls `register_evidence(...)` once, in its `AppConfig.ready`. With nothing
registered every count is 0, the Results column is empty and the problem page has no experiments section.
"""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Value

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from problems.models import ListEntry, Problem, User
    from problems.models.querysets import ProblemQuerySet

# What `Evidence.annotate` may add to a queryset of problems, and what each counts; what it leaves out stays 0.
COUNTS = {
    "n_recipes": "recipes of the problem",
    "n_laptop_recipes": "recipes among them that a laptop can run",
    "n_runs": "runs of these recipes",
    "n_succeeded_runs": "runs among them that succeeded",
    "n_findings": "findings that cite a succeeded run; one gives the status Result reported",
    "n_reproduced_findings": "findings among them that another person's run confirmed",
    "n_contested_findings": "findings among them with an unresolved disagreement",
}


@dataclass(frozen=True)
class ResultCell:
    """What the Results column of the list shows of one problem."""

    text: str  # such as "3 runs" or "recipe, 4 min on a laptop, measured"
    points: tuple[tuple[float, float], ...] = ()  # (step, value) of the headline measure, drawn as a sparkline
    points_label: str = ""  # what the sparkline shows, in words, such as "test accuracy of run 42"


@dataclass(frozen=True)
class LaptopTime:
    """How long the quickest laptop recipe of a problem takes, about."""

    seconds: float
    rests_on: str  # in words, such as "measured"


@dataclass(frozen=True)
class RunCard:
    """A run that somebody mentions: its page, and what is shown of it there."""

    url: str
    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True)
class UnreflectedRuns:
    """Finished runs that the statement of a problem does not yet reflect."""

    n: int = 0
    oldest: datetime.datetime | None = None


class Evidence(Protocol):
    section_template: str  # included in the problem page, between references and the history of claims
    front_template: str  # included in the front page
    person_template: str  # included in the page of a person

    def annotate(self, problems: "ProblemQuerySet") -> "ProblemQuerySet":
        """Adds integer annotations named in COUNTS, usable in filters. Use subqueries, not joins: filters chain."""

    def row_cells(self, problems: "Sequence[Problem] | Sequence[ListEntry]") -> Mapping[int, ResultCell]:
        """The Results cell by primary key, for the rows of one page, in a constant number of queries."""

    def done_within(self, seconds: float) -> "QuerySet[Any, Any]":
        """The keys of problems with a recipe that a laptop carries out in so many seconds, usable in filters."""

    def laptop_times(self, problems: Collection[int]) -> Mapping[int, LaptopTime]:
        """By problem, that of the quickest of its laptop recipes."""

    def section(self, problem: "Problem", user: "User | AnonymousUser") -> dict[str, Any]:
        """The context of `section_template`, which also sees `problem` and `user`."""

    def cards(self, runs: Collection[int]) -> Mapping[int, RunCard]:
        """By number, those of these runs that exist, in a constant number of queries."""

    def runs_since(self, problem: "Problem", moment: datetime.datetime | None) -> UnreflectedRuns:
        """Runs of the problem that succeeded after `moment`, or ever."""

    def front(self, user: "User | AnonymousUser") -> dict[str, Any]:
        """The context of `front_template`: what runs now and what finished lately."""

    def person(self, person: "User") -> dict[str, Any]:
        """The context of `person_template`: what somebody ran."""


_registered: Evidence | None = None


def register_evidence(evidence: Evidence | None) -> None:
    """Plugs `evidence` in; None unplugs."""
    global _registered
    _registered = evidence


def registered_evidence() -> Evidence | None:
    return _registered


def annotate_evidence(problems: "ProblemQuerySet") -> "ProblemQuerySet":
    problems = problems.annotate(**{name: Value(0) for name in COUNTS})
    return problems if _registered is None else _registered.annotate(problems)


def result_cells(problems: "Sequence[Problem] | Sequence[ListEntry]") -> Mapping[int, ResultCell]:
    return {} if _registered is None else _registered.row_cells(problems)


def run_cards(runs: Collection[int]) -> Mapping[int, RunCard]:
    return {} if _registered is None or not runs else _registered.cards(runs)


def runs_since(problem: "Problem", moment: datetime.datetime | None) -> UnreflectedRuns:
    return UnreflectedRuns() if _registered is None else _registered.runs_since(problem, moment)
