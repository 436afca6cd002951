"""What the archive consists of. A field that is not named here is not in it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from problems.models import (
    Activity,
    Alias,
    Approval,
    Backlog,
    Category,
    Claim,
    ClaimEvent,
    Comment,
    HelpWanted,
    Idea,
    Merge,
    Part,
    Prediction,
    Problem,
    Proposal,
    Reference,
    Resolution,
    Resource,
    StatusChange,
    User,
)
from problems.services.approval import shown_standings

FORMAT, VERSION = "circuitboard-catalogue", 2


@dataclass(frozen=True)
class Table:
    """Rows of one model, in the order in which they can be read back."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]  # with the key; a link to one other row is named NAME_id and holds its key
    rows: Callable[[], QuerySet[Any]]
    links: tuple[str, ...] = ()  # to several other rows; each is the list of their keys
    # Fields that are not copied from the row: for each, what stands there by the key of the row.
    worked_out: Mapping[str, Callable[[], Mapping[Any, Any]]] = field(default_factory=dict)

    @property
    def is_history(self) -> bool:
        return "history_id" in self.fields

    def field(self, name: str) -> "models.Field[Any, Any]":
        meta = self.model._meta
        return next(field for field in meta.concrete_fields if name in (field.name, field.attname))


def approved_problems() -> QuerySet[Problem]:
    return Problem.objects.approved()


def on_approved(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(problem__in=approved_problems().values("pk"))


def approved_comments() -> QuerySet[Comment]:
    on_problem = Q(problem__in=approved_problems().values("pk"))
    on_idea = Q(idea__in=Idea.objects.approved().values("pk"))
    return Comment.objects.approved().filter(on_problem | on_idea)


def removed_by_curators() -> dict[int, str]:
    """That it was one is told; the reason is for its author."""
    removed = Comment.objects.exclude(removed_at=None).exclude(rejection_reason="")
    return defaultdict(str, dict.fromkeys(removed.values_list("pk", flat=True), "A curator removed it."))


def public_activity() -> QuerySet[Activity]:
    ideas = Idea.objects.approved().values("pk")
    return Activity.objects.filter(Q(problem__in=approved_problems().values("pk")) | Q(problem=None)).filter(
        Q(idea__in=ideas) | Q(idea=None)
    )


def approved_history(model: Any) -> Callable[[], QuerySet[Any]]:
    return lambda: model.history.filter(approval=Approval.APPROVED)


def people_named() -> QuerySet[User]:
    """Those whose handle stands somewhere in the other tables."""
    keys: set[int] = set()
    for table in TABLES[1:]:
        for name in table.fields:
            if table.field(name).related_model is User:
                keys |= set(table.rows().exclude(**{name: None}).values_list(name, flat=True).distinct())
    return User.objects.filter(pk__in=keys)


REVISED = ("history_id", "history_date", "history_change_reason", "history_type", "history_user_id")
PROBLEM = (
    *("id", "number", "category_id", "index", "subcategory", "statement", "difficulty_low", "difficulty_high"),
    *("difficulty_source", "difficulty_note", "starred", "sources", "merged_into_id", "literature_checked_on"),
    *("added_by_id", "created_at"),
)
IDEA = (
    *("id", "title", "summary", "kind", "state", "originator", "originator_role", "originator_is_verified_expert"),
    *("duplicate_of_id", "added_by_id", "created_at"),
)
REFERENCE = ("id", "problem_id", "kind", "sign", "title", "url", "note", "added_by_id", "created_at")

TABLES: list[Table] = [
    Table(  # what they are called, not what they may do: a file that somebody hands on makes nobody a curator
        "people",
        User,
        (
            *("id", "username", "display_name", "role", "about", "is_verified_expert", "recorded_standing"),
            *("is_active", "date_joined"),
        ),
        people_named,
        worked_out={"recorded_standing": shown_standings},
    ),
    Table("categories", Category, ("number", "name", "motivation", "tips", "imported"), Category.objects.all),
    Table("problems", Problem, (*PROBLEM, "imported"), approved_problems, links=("see_also",)),
    Table(
        "proposals",
        Proposal,
        (
            *("id", "category_id", "subcategory", "statement", "difficulty_low", "difficulty_high", "source"),
            *("problem_id", "added_by_id", "created_at"),
        ),
        lambda: on_approved(Proposal.objects.approved()),
    ),
    Table("aliases", Alias, ("id", "problem_id", "number", "source"), lambda: on_approved(Alias.objects.all())),
    Table(
        "parts",
        Part,
        ("id", "problem_id", "letter", "statement", "created_at"),
        lambda: on_approved(Part.objects.all()),
    ),
    Table(
        "claims",
        Claim,
        (
            *(
                "id",
                "problem_id",
                "claimant_id",
                "plan",
                "expected_on",
                "started_at",
                "last_activity_at",
                "released_at",
            ),
            *("is_imported", "imported_name", "imported_text", "date_precision"),
        ),
        lambda: on_approved(Claim.objects.all()),
        links=("parts",),
    ),
    Table(
        "claim_events",
        ClaimEvent,
        ("id", "claim_id", "kind", "text", "at"),
        lambda: ClaimEvent.objects.filter(claim__problem__in=approved_problems().values("pk")),
    ),
    Table("references", Reference, (*REFERENCE, "imported"), lambda: on_approved(Reference.objects.approved())),
    Table(
        "predictions",
        Prediction,
        ("id", "problem_id", "text", "predicted_by", "predicted_on", "source"),
        lambda: on_approved(Prediction.objects.all()),
    ),
    Table(
        "help_wanted",
        HelpWanted,
        ("id", "problem_id", "kind", "text", "added_by_id", "created_at", "closed_at"),
        lambda: on_approved(HelpWanted.objects.approved()),
    ),
    Table(
        "ideas",
        Idea,
        (*IDEA, "imported"),
        Idea.objects.approved,
        links=("related_problems",),
    ),
    Table(
        "comments",
        Comment,
        (
            *("id", "problem_id", "idea_id", "answers_id", "body", "added_by_id", "created_at", "edited_at"),
            *("removed_at", "rejection_reason", "taken_in_by"),
        ),
        approved_comments,
        worked_out={"rejection_reason": removed_by_curators},
    ),
    Table(
        "resolutions",
        Resolution,
        (
            *("id", "problem_id", "part_id", "run", "reason", "signed_by_id", "signed_at", "withdrawn_at"),
            "withdrawal_reason",
        ),
        lambda: on_approved(Resolution.objects.all()),
    ),
    Table(
        "status_changes",
        StatusChange,
        ("id", "problem_id", "before", "after", "reason", "by_id", "at"),
        lambda: on_approved(StatusChange.objects.all()),
    ),
    Table(
        "merges",
        Merge,
        ("id", "duplicate_id", "into_id", "moved", "reason", "merged_by_id", "merged_at", "undone_at"),
        lambda: Merge.objects.filter(
            duplicate__in=approved_problems().values("pk"), into__in=approved_problems().values("pk")
        ),
    ),
    Table(
        "backlogs",
        Backlog,
        ("id", "problem_id", "runs_taken_in_until", "revision", "cleared_by_id"),
        lambda: on_approved(Backlog.objects.all()),
    ),
    Table(
        "resources",
        Resource,
        ("id", "name", "kind", "summary", "facts", "sources", "main_category_id", "imported"),
        Resource.objects.all,
        links=("categories",),
    ),
    Table(
        "activity",
        Activity,
        ("id", "kind", "problem_id", "idea_id", "actor_id", "text", "url", "at", "is_of_import"),
        public_activity,
    ),
    Table("problem_revisions", Problem.history.model, (*REVISED, *PROBLEM), approved_history(Problem)),
    Table("reference_revisions", Reference.history.model, (*REVISED, *REFERENCE), approved_history(Reference)),
    Table("idea_revisions", Idea.history.model, (*REVISED, *IDEA), approved_history(Idea)),
]
