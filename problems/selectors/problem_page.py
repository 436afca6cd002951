"""Assembles the page of one problem."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import QueryDict

from problems.citations import Citation, cite_problem
from problems.evidence import RunCard, registered_evidence, run_cards
from problems.models import Freshness, HelpWanted, Idea, Part, Problem, Reference, Resolution, Resource, User
from problems.selectors.backlog import NotReflected, not_reflected
from problems.selectors.discussion import Discussion, discussion_of
from problems.selectors.neighbours import Neighbours, neighbours_of
from problems.selectors.problem_claims import ProblemClaims, claims_on
from problems.selectors.revisions import Revision, revisions_of
from problems.services.following import is_following
from problems.status import MEANING, Status

SHOWN_REVISIONS = 8


@dataclass(frozen=True)
class ProblemPage:
    problem: Problem
    status_meaning: str
    status_changes: "QuerySet[Any]"
    resolutions: list[tuple[Resolution, RunCard | None]]  # with the run that shows it, where it is known
    parts: list[Part]
    claims: ProblemClaims
    references: list[Reference]
    help_wanted: list[HelpWanted]
    ideas: "QuerySet[Idea]"
    resources: "QuerySet[Resource]"
    similar: "QuerySet[Problem]"  # what the statement builds on
    seen_from: "QuerySet[Problem]"  # what builds on it
    revisions: list[Revision]  # the first one first
    citation: Citation | None
    backlog: NotReflected
    discussion: Discussion
    neighbours: Neighbours
    is_following: bool
    evidence_template: str
    evidence: dict[str, Any]

    @property
    def latest_revisions(self) -> list[Revision]:
        return self.revisions[: -SHOWN_REVISIONS - 1 : -1]

    @property
    def why(self) -> list[str]:
        """The facts the status rests on, in words."""
        problem: Any = self.problem
        counted = Counter(claim.freshness for claim in self.claims.everybody)
        n_resolved = sum(part.status == Status.RESOLVED for part in self.parts)  # type: ignore[attr-defined]
        facts = [
            f"{n_resolved} of {count_of(len(self.parts), 'part')} resolved" if self.parts else "",
            count_of(problem.n_contested_findings, "contested finding"),
            count_of(problem.n_reproduced_findings, "reproduced finding"),
            count_of(problem.n_findings, "finding"),
            count_of(problem.n_succeeded_runs, "succeeded run"),
            count_of(counted[Freshness.FRESH], "fresh claim"),
            count_of(counted[Freshness.QUIET], "quiet claim"),
            count_of(counted[Freshness.LAPSED], "lapsed claim"),
        ]
        return [fact for fact in facts if fact]


def count_of(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}" if n else ""


def find_problem(number: str, user: User | AnonymousUser) -> Problem | None:
    found = Problem.objects.visible_to(user).with_status()
    return found.select_related("category", "merged_into", "added_by").filter(number=number).first()


def resolutions_of(problem: Problem) -> list[tuple[Resolution, RunCard | None]]:
    signed = list(problem.resolutions.standing().select_related("signed_by", "part"))
    cards = run_cards({resolution.run for resolution in signed})
    return [(resolution, cards.get(resolution.run)) for resolution in signed]


def problem_page(problem: Problem, user: User | AnonymousUser, query: QueryDict) -> ProblemPage:
    """`problem` comes from `find_problem`; `query` says which list it stands in and what of the discussion to show."""
    evidence = registered_evidence()
    revisions = revisions_of(problem)
    numbers = {revision.id: revision.number for revision in revisions}
    wishes = problem.help_wanted.visible_to(user).filter(closed_at=None)
    return ProblemPage(
        problem=problem,
        status_meaning=MEANING[Status(problem.status)],  # type: ignore[attr-defined]
        status_changes=problem.status_changes.select_related("by"),
        resolutions=resolutions_of(problem),
        parts=list(problem.parts.with_status()),
        claims=claims_on(problem, user),
        references=list(problem.references.visible_to(user).select_related("added_by")),
        help_wanted=list(wishes.select_related("added_by")),
        ideas=problem.ideas.visible_to(user),
        resources=problem.category.resources.all(),
        similar=problem.see_also.public(),
        seen_from=problem.seen_from.public(),
        revisions=revisions,
        citation=cite_problem(problem, revisions[-1]) if revisions else None,
        backlog=not_reflected(problem),
        discussion=discussion_of(problem, user, query, numbers),
        neighbours=neighbours_of(problem, query.get("list", "")),
        is_following=bool(user.pk) and is_following(user, problem=problem),  # type: ignore[arg-type]
        evidence_template=evidence.section_template if evidence else "",
        evidence=evidence.section(problem, user) if evidence else {},
    )
