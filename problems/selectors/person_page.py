"""Assembles the page of one person."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from problems.evidence import registered_evidence
from problems.models import Claim, Comment, Idea, Proposal, Reference, Standing, User
from problems.services.approval import shown_standing, standing_of

SHOWN = 20


@dataclass(frozen=True)
class PersonPage:
    person: User
    called: Standing  # a word; what they may do here is `standing`
    standing: Standing
    is_own: bool
    claims: list[Claim]
    ideas: "QuerySet[Idea]"
    references: "QuerySet[Reference]"
    comments: "QuerySet[Comment]"
    proposals: "QuerySet[Proposal]"
    n_comments: int
    evidence_template: str
    evidence: dict[str, Any]


def person_page(person: User, viewer: User | AnonymousUser) -> PersonPage:
    comments = Comment.objects.visible_to(viewer).filter(added_by=person, removed_at=None)
    evidence = registered_evidence()
    standing = standing_of(person)
    return PersonPage(
        person=person,
        called=shown_standing(person, standing=standing),
        standing=standing,
        is_own=person == viewer,
        claims=list(person.claims.select_related("problem")),
        ideas=Idea.objects.visible_to(viewer).filter(added_by=person),
        references=Reference.objects.visible_to(viewer).filter(added_by=person).select_related("problem"),
        comments=comments.select_related("problem", "idea").order_by("-created_at", "-pk")[:SHOWN],
        proposals=Proposal.objects.visible_to(viewer).filter(added_by=person, problem=None),
        n_comments=comments.count(),
        evidence_template=evidence.person_template if evidence else "",
        evidence=evidence.person(person) if evidence else {},
    )
