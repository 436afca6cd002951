"""What curators decide: on contributions that await approval, and on the standing of people."""

from django.db import transaction

from problems.models import Approval, CuratorAct, Idea, Proposal, Standing, User
from problems.services.approval import CONTRIBUTIONS, Contribution, announce, kind_of, place_of, withdraw_announcement
from problems.services.audit import record_act
from problems.services.listed import reindex, reindex_ideas
from problems.services.proposals import give_number

APPROVED_BY_DEFAULT = "Approved."


@transaction.atomic
def approve(item: Contribution, *, curator: User, reason: str = APPROVED_BY_DEFAULT) -> bool:
    """True if it was not approved until now. A proposed problem gets its number; followers hear of it."""
    locked = _locked(item)
    if locked.approval == Approval.APPROVED:
        return False
    _decide(locked, Approval.APPROVED, reason="")
    if isinstance(locked, Proposal):
        give_number(locked)
    announce(locked)
    _renew_lists(locked)
    _record(CuratorAct.Kind.APPROVED, locked, curator=curator, reason=reason)
    return True


@transaction.atomic
def reject(item: Contribution, *, curator: User, reason: str) -> bool:
    """True if it was not rejected until now. The reason is kept and shown to the author.

    What was approved can be rejected later, except a problem, which has its number: it can be merged.
    """
    locked = _locked(item)
    if locked.approval == Approval.REJECTED or (isinstance(locked, Proposal) and locked.problem):
        return False
    withdraw_announcement(locked)
    _decide(locked, Approval.REJECTED, reason=reason)
    _renew_lists(locked)
    _record(CuratorAct.Kind.REJECTED, locked, curator=curator, reason=reason)
    return True


@transaction.atomic
def approve_all_of(author: User, *, curator: User, reason: str = APPROVED_BY_DEFAULT) -> int:
    """Everything of one author that awaits approval; how many that was."""
    waiting = [item for model in CONTRIBUTIONS.values() for item in model.objects.pending().filter(added_by=author)]
    return sum(approve(item, curator=curator, reason=reason) for item in waiting)


@transaction.atomic
def change_standing(member: User, *, standing: Standing, curator: User, reason: str) -> bool:
    """True if it changed. NEW means: as earned by time and approved contributions. What an archive called them ends."""
    now_curator, now_trusted = standing == Standing.CURATOR, standing != Standing.NEW
    if (member.is_curator, member.is_trusted, member.recorded_standing) == (now_curator, now_trusted, ""):
        return False
    member.is_curator, member.is_trusted, member.recorded_standing = now_curator, now_trusted, ""
    member.save(update_fields=["is_curator", "is_trusted", "recorded_standing"])
    _record_about(member, f"{member}: {standing.label}", curator=curator, reason=reason)
    return True


@transaction.atomic
def verify_expert(member: User, *, is_expert: bool, curator: User, reason: str) -> bool:
    """True if the badge changed. It says who somebody is and gives no rights."""
    if member.is_verified_expert == is_expert:
        return False
    member.is_verified_expert = is_expert
    member.save(update_fields=["is_verified_expert"])
    label = "verified expert" if is_expert else "no longer verified expert"
    _record_about(member, f"{member}: {label}", curator=curator, reason=reason)
    return True


def _locked(item: Contribution) -> Contribution:
    """Two curators may decide at once."""
    locked: Contribution = type(item).objects.select_for_update().get(pk=item.pk)
    return locked


def _decide(item: Contribution, approval: Approval, *, reason: str) -> None:
    item.approval, item.rejection_reason = approval, reason
    item._change_reason = str(approval.label)  # type: ignore[union-attr]  # read by the history, where there is one
    item.save(update_fields=["approval", "rejection_reason"])


def _renew_lists(item: Contribution) -> None:
    """What is counted and found follows the decision."""
    problem, idea = getattr(item, "problem", None), item if isinstance(item, Idea) else getattr(item, "idea", None)
    if problem:
        reindex(problem.pk)
    if idea:
        reindex_ideas(idea.pk)


def _record(kind: CuratorAct.Kind, item: Contribution, *, curator: User, reason: str) -> None:
    name = kind_of(item).replace("-", " ")
    record_act(
        kind,
        curator=curator,
        subject=f"{name}: {item}",
        url=place_of(item),
        reason=reason,
        problem=getattr(item, "problem", None),
        about=item.added_by,
    )


def _record_about(member: User, subject: str, *, curator: User, reason: str) -> None:
    url = member.get_absolute_url()
    record_act(CuratorAct.Kind.TRUSTED, curator=curator, subject=subject, url=url, reason=reason, about=member)
