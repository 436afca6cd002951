"""The list of problems as plain data. Handles and published names are in it, e-mail addresses never."""

from typing import Any

from problems.models import Claim, Problem
from problems.models.querysets import ProblemQuerySet


def complete(problems: ProblemQuerySet) -> ProblemQuerySet:
    """With all that `export_problem` reads, in a constant number of queries."""
    return (
        problems.with_status()
        .select_related("category")
        .prefetch_related("claims__claimant", "references", "see_also", "aliases", "help_wanted")
    )


def export_problem(problem: Problem) -> dict[str, Any]:
    return {
        "number": problem.number,
        "url": problem.get_absolute_url(),
        "category": problem.category.name,
        "subcategory": problem.subcategory,
        "statement": problem.statement,
        "difficulty": problem.difficulty,
        "difficulty_source": problem.difficulty_source,
        "starred": problem.starred,
        "status": problem.status,  # type: ignore[attr-defined]
        "aliases": [f"{alias.source} {alias.number}" for alias in problem.aliases.all()],
        "see_also": [other.number for other in problem.see_also.all()],
        "claims": [export_claim(claim) for claim in problem.claims.all()],
        "references": [
            {"kind": reference.kind, "sign": reference.sign, "title": reference.title, "url": reference.url}
            for reference in problem.references.all()
        ],
        "help_wanted": [
            {"kind": wish.kind, "text": wish.text} for wish in problem.help_wanted.all() if wish.closed_at is None
        ],
        "recipes": problem.n_recipes,  # type: ignore[attr-defined]
        "runs": problem.n_runs,  # type: ignore[attr-defined]
        "succeeded_runs": problem.n_succeeded_runs,  # type: ignore[attr-defined]
    }


def export_claim(claim: Claim) -> dict[str, Any]:
    return {
        "who": claim.who.removeprefix("@"),
        "started": claim.started_on_text,
        "last_activity": claim.started_on_text if claim.is_imported else claim.last_activity_at.date().isoformat(),
        "freshness": claim.freshness.value,
        "plan": claim.plan or claim.imported_text,
        "expected": claim.expected_on.isoformat() if claim.expected_on else None,
    }
