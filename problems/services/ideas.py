"""Ideas: proposed by members, followed up by curators. None is ever deleted; a duplicate points to the other."""

from collections.abc import Iterable

from django.db import transaction

from problems.models import Activity, Category, CuratorAct, Idea, Problem, User
from problems.services.activity import record_activity
from problems.services.approval import announce, approval_for
from problems.services.audit import record_act
from problems.services.following import follow_touched
from problems.services.limits import spend
from problems.services.listed import reindex, reindex_ideas
from problems.services.numbers import add_problem


@transaction.atomic
def propose_idea(
    author: User,
    *,
    kind: str,
    title: str,
    summary: str,
    originator: str = "",
    originator_role: str = "",
    related_problems: Iterable[Problem] = (),
) -> Idea:
    """`originator` is who had the idea, if that is not the author."""
    spend("ideas", by=author)
    idea = Idea(
        kind=kind,
        title=title,
        summary=summary,
        originator=originator,
        originator_role=originator_role,
        added_by=author,
        approval=approval_for(author),
    )
    idea.save()
    idea.related_problems.set(related_problems)
    follow_touched(author, idea=idea)
    announce(idea)
    reindex_ideas(idea.pk)
    return idea


@transaction.atomic
def change_idea_state(idea: Idea, *, state: str, curator: User, reason: str) -> bool:
    """True if it changed."""
    before = Idea.State(idea.state)
    if before == state:
        return False
    _save(idea, reason, state=state)
    text = f"{before.label} to {idea.get_state_display()}: {reason}"
    url = idea.get_absolute_url()
    record_activity(kind=Activity.Kind.STATUS, actor=curator, text=text, url=url, idea=idea)
    _record(CuratorAct.Kind.EDITED, idea, curator=curator, reason=text)
    return True


@transaction.atomic
def link_duplicate(idea: Idea, *, of: Idea | None, curator: User, reason: str) -> bool:
    """Says that `idea` repeats another, or no longer; both stay. True if that changed."""
    if idea.duplicate_of_id == (of.pk if of else None):
        return False
    if of and (of == idea or of.duplicate_of_id == idea.pk):
        raise ValueError("an idea is no duplicate of itself, nor two of each other")
    _save(idea, reason, duplicate_of=of)
    _record(CuratorAct.Kind.MERGED, idea, curator=curator, reason=reason)
    return True


@transaction.atomic
def turn_into_problem(
    idea: Idea, *, category: Category, subcategory: str, statement: str, difficulty: tuple[str, str], curator: User
) -> Problem:
    """A problem with the next free number of `category`; the idea is taken up and links to it."""
    problem = add_problem(
        category=category,
        statement=statement,
        subcategory=subcategory,
        difficulty_low=difficulty[0],
        difficulty_high=difficulty[1],
        sources="idea",
        added_by=idea.added_by,
        reason=f"from the idea “{idea.title}”",
    )
    idea.related_problems.add(problem)
    reason = f"It is problem {problem.number} now."
    change_idea_state(idea, state=Idea.State.TAKEN_UP, curator=curator, reason=reason)
    url = problem.get_absolute_url()
    record_activity(kind=Activity.Kind.PROBLEM, actor=curator, text=statement, url=url, problem=problem)
    record_act(
        CuratorAct.Kind.ADDED,
        curator=curator,
        subject=str(problem),
        url=url,
        reason=f"From the idea “{idea.title}”.",
        problem=problem,
        about=idea.added_by,
    )
    reindex(problem.pk)
    return problem


def _save(idea: Idea, reason: str, **changes: object) -> None:
    for name, value in changes.items():
        setattr(idea, name, value)
    idea._change_reason = reason[:100]  # type: ignore[attr-defined]  # read by the history
    idea.save(update_fields=list(changes))
    reindex_ideas(idea.pk)


def _record(kind: CuratorAct.Kind, idea: Idea, *, curator: User, reason: str) -> None:
    record_act(
        kind,
        curator=curator,
        subject=f"idea: {idea}",
        url=idea.get_absolute_url(),
        reason=reason,
        about=idea.added_by,
    )
