"""Proposing a problem. Members propose; a proposal of a trusted member is a problem with a number at once."""

from django.db import transaction

from problems.models import Approval, Category, CuratorAct, Problem, Proposal, User
from problems.services.approval import announce, approval_for
from problems.services.audit import record_act
from problems.services.following import follow_touched
from problems.services.limits import spend
from problems.services.listed import reindex
from problems.services.numbers import add_problem


@transaction.atomic
def propose_problem(
    author: User,
    *,
    category: Category,
    statement: str,
    subcategory: str = "",
    difficulty: tuple[str, str] = ("", ""),
    source: str = "",
) -> Proposal:
    spend("proposals", by=author)
    proposal = Proposal.objects.create(
        added_by=author,
        approval=approval_for(author),
        category=category,
        subcategory=subcategory,
        statement=statement,
        difficulty_low=difficulty[0],
        difficulty_high=difficulty[1],
        source=source,
    )
    if proposal.approval == Approval.APPROVED:
        problem = give_number(proposal)
        announce(proposal)
        if author.is_curator:
            url = problem.get_absolute_url()
            kind, reason = CuratorAct.Kind.ADDED, source or "Added by hand."
            record_act(kind, curator=author, subject=str(problem), url=url, reason=reason, problem=problem)
    return proposal


@transaction.atomic
def give_number(proposal: Proposal) -> Problem:
    """An approved proposal becomes a problem; its author follows it."""
    problem = add_problem(
        category=proposal.category,
        statement=proposal.statement,
        subcategory=proposal.subcategory,
        difficulty_low=proposal.difficulty_low,
        difficulty_high=proposal.difficulty_high,
        sources="proposed",
        added_by=proposal.added_by,
        reason=f"proposed{f', from {proposal.source}' if proposal.source else ''}",
    )
    proposal.problem = problem
    proposal.save(update_fields=["problem"])
    if proposal.added_by:
        follow_touched(proposal.added_by, problem=problem)
    reindex(problem.pk)
    return problem
