"""Assembles the page of one problem."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from problems.evidence import registered_evidence
from problems.models import Freshness, Problem, Resource, User
from problems.selectors.problem_claims import ProblemClaims, claims_on
from problems.status import MEANING, Status


@dataclass(frozen=True)
class ProblemPage:
    problem: Problem
    status_meaning: str
    claims: ProblemClaims
    resources: "QuerySet[Resource]"
    similar: "QuerySet[Problem]"  # what the statement builds on
    seen_from: "QuerySet[Problem]"  # what builds on it
    revisions: list[Any]  # of the statement, the latest first
    before: Problem | None
    after: Problem | None
    evidence_template: str
    evidence: dict[str, Any]

    @property
    def why(self) -> list[str]:
        """The facts the status rests on, in words."""
        problem = self.problem
        counted = Counter(claim.freshness for claim in self.claims.everybody)
        facts = [
            count_of(counted[Freshness.FRESH], "fresh claim"),
            count_of(counted[Freshness.QUIET], "quiet claim"),
            count_of(counted[Freshness.LAPSED], "lapsed claim"),
            count_of(problem.n_findings, "finding"),  # type: ignore[attr-defined]
            count_of(problem.n_succeeded_runs, "succeeded run"),  # type: ignore[attr-defined]
        ]
        return [fact for fact in facts if fact]


def count_of(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}" if n else ""


def find_problem(number: str, user: User | AnonymousUser) -> Problem | None:
    found = Problem.objects.visible_to(user).with_status()
    return found.select_related("category", "merged_into", "added_by").filter(number=number).first()


def problem_page(problem: Problem, user: User | AnonymousUser) -> ProblemPage:
    """`problem` comes from `find_problem`, with its status."""
    before, after = Problem.objects.neighbours(problem)
    evidence = registered_evidence()
    return ProblemPage(
        problem=problem,
        status_meaning=MEANING[Status(problem.status)],  # type: ignore[attr-defined]
        claims=claims_on(problem, user),
        resources=problem.category.resources.all(),
        similar=problem.see_also.all(),
        seen_from=problem.seen_from.all(),
        revisions=list(problem.history.select_related("history_user")),
        before=before,
        after=after,
        evidence_template=evidence.section_template if evidence else "",
        evidence=evidence.section(problem, user) if evidence else {},
    )
