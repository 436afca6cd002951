"""Assembles the page of one problem."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone

from problems.citations import Citation, cite_problem
from problems.evidence import RunCard, registered_evidence, run_cards
from problems.models import (
    Alias,
    Freshness,
    HelpWanted,
    Idea,
    Part,
    Prediction,
    Problem,
    Reference,
    Resolution,
    Resource,
    StatusChange,
    User,
)
from problems.selectors.backlog import NotReflected, not_reflected
from problems.selectors.discussion import Discussion, discussion_of, silence_on
from problems.selectors.neighbours import Neighbours, neighbours_of
from problems.selectors.problem_claims import ProblemClaims, claims_on
from problems.selectors.revisions import Revision, revisions_of
from problems.selectors.statuses import status_of
from problems.selectors.surroundings import things_around
from problems.services.following import is_following
from problems.status import MEANING, Status

SHOWN_REVISIONS = 8
OF_A_REFERENCE = (
    "problem",
    "kind",
    "sign",
    "title",
    "url",
    "note",
    "approval",
    "rejection_reason",
    "added_by__username",
)


@dataclass(frozen=True)
class ProblemPage:
    problem: Problem
    status: Status
    counts: Any  # what it rests on, as attributes: the entry on the list, or the problem itself with the same counts
    status_changes: list[StatusChange]
    resolutions: list[tuple[Resolution, RunCard | None]]  # with the run that shows it, where it is known
    parts: list[Part]
    claims: ProblemClaims
    references: list[Reference]
    help_wanted: list[HelpWanted]
    predictions: list[Prediction]
    aliases: list[Alias]
    ideas: list[Idea]
    resources: list[Resource]
    similar: list[Problem]  # what the statement builds on
    seen_from: list[Problem]  # what builds on it
    merged: list[Problem]  # its duplicates
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
    def status_meaning(self) -> str:
        return MEANING[self.status]

    @property
    def why(self) -> list[str]:
        """The facts the status rests on, in words."""
        counts = self.counts
        counted = Counter(claim.freshness for claim in self.claims.everybody)
        n_resolved = sum(part.status == Status.RESOLVED for part in self.parts)  # type: ignore[attr-defined]
        facts = [
            f"{n_resolved} of {count_of(len(self.parts), 'part')} resolved" if self.parts else "",
            count_of(counts.n_contested_findings, "contested finding"),
            count_of(counts.n_reproduced_findings, "reproduced finding"),
            count_of(counts.n_findings, "finding"),
            count_of(counts.n_succeeded_runs, "succeeded run"),
            count_of(counted[Freshness.FRESH], "fresh claim"),
            count_of(counted[Freshness.QUIET], "quiet claim"),
            count_of(counted[Freshness.LAPSED], "lapsed claim"),
        ]
        return [fact for fact in facts if fact]


def count_of(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}" if n else ""


def find_problem(number: str, user: User | AnonymousUser) -> Problem | None:
    return Problem.objects.visible_to(user).select_related("category", "entry").filter(number=number).first()


def resolutions_of(problem: Problem) -> list[tuple[Resolution, RunCard | None]]:
    signed = list(problem.resolutions.standing().select_related("signed_by", "part"))
    cards = run_cards({resolution.run for resolution in signed})
    return [(resolution, cards.get(resolution.run)) for resolution in signed]


def problem_page(problem: Problem, user: User | AnonymousUser, query: QueryDict) -> ProblemPage:
    """`problem` comes from `find_problem`; `query` says which list it stands in and what of the discussion to show."""
    evidence = registered_evidence()
    there = things_around(problem)
    status, counts = status_of(problem, timezone.now())
    revisions = revisions_of(problem)
    numbers = {revision.id: revision.number for revision in revisions}
    may_wait = "comments" in there or counts.n_succeeded_runs
    discussion = discussion_of(problem, user, query, numbers) if "comments" in there else silence_on(problem)
    return ProblemPage(
        problem=problem,
        status=status,
        counts=counts,
        status_changes=list(problem.status_changes.all()) if "status_changes" in there else [],
        resolutions=resolutions_of(problem) if "resolutions" in there else [],
        parts=list(problem.parts.with_status().order_by("letter")) if "parts" in there else [],
        claims=claims_on(problem, user, there) if "claims" in there else ProblemClaims([], None, has_no_parts=True),
        references=references_of(problem, user) if "references" in there else [],
        help_wanted=wishes_of(problem, user) if "help_wanted" in there else [],
        predictions=list(problem.predictions.order_by("predicted_on", "pk")) if "predictions" in there else [],
        aliases=list(problem.aliases.order_by("source")) if "aliases" in there else [],
        ideas=list(problem.ideas.visible_to(user)) if "ideas" in there else [],
        resources=list(problem.category.resources.all()),
        similar=list(problem.see_also.public()) if "see_also" in there else [],
        seen_from=list(problem.seen_from.public()) if "seen_from" in there else [],
        merged=list(problem.merged.all()) if "merged" in there else [],
        revisions=revisions,
        citation=cite_problem(problem, revisions[-1]) if revisions else None,
        backlog=not_reflected(problem, there, comments=discussion.all_comments)
        if may_wait
        else NotReflected(0, 0, None),
        discussion=discussion,
        neighbours=neighbours_of(problem, query.get("list", "")),
        is_following=bool(user.pk) and is_following(user, problem=problem),  # type: ignore[arg-type]
        evidence_template=evidence.section_template if evidence else "",
        evidence=evidence.section(problem, user) if evidence else {},
    )


def references_of(problem: Problem, user: User | AnonymousUser) -> list[Reference]:
    found = problem.references.visible_to(user).select_related("added_by").only(*OF_A_REFERENCE)
    return list(found.order_by("pk"))


def wishes_of(problem: Problem, user: User | AnonymousUser) -> list[HelpWanted]:
    wishes = problem.help_wanted.visible_to(user).filter(closed_at=None)
    return list(wishes.select_related("added_by"))
