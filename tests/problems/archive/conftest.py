import datetime
import json
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from problems.archive.writing import archive_pieces
from problems.models import Activity, Comment, Problem, Reference, User
from problems.services.claims import claim_problem, note_on_claim
from problems.services.contributions import add_reference, ask_for_help
from problems.services.discussion import add_comment
from problems.services.listed import rebuild


def archived() -> Any:
    moment = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    return json.loads("".join(archive_pieces(made_at=moment)))


def empty_the_database() -> None:
    """What belongs to members alone too. Straight in the tables: a deletion is itself written down."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ("problems", "experiments"):
            rows = model._default_manager.all()
            rows._raw_delete(rows.db)


@pytest.fixture
def busy(catalogue: None) -> User:
    """The catalogue after people worked on it, as the services leave it; one member is trusted, another is new."""
    trusted = User.objects.create_user("alice", "alice@example.org", "a long password", is_trusted=True)
    new = User.objects.create_user("mallory", "mallory@example.org", "a long password")
    problem = Problem.objects.get(number="5.3")
    note_on_claim(claim_problem(problem, trusted, plan="Look at the weights"), text="They are round")
    for member, word in ((trusted, "quagga"), (new, "unseen")):
        add_comment(problem=problem, author=member, body=f"A {word}, $x^2$")
        add_reference(problem, added_by=member, kind="paper", sign="unknown", title=f"On the {word}", url="", note="")
        ask_for_help(problem, added_by=member, kind="mentor", text=f"Who knows the {word}?")
    Problem.objects.filter(number="5.4").update(merged_into=problem)
    rebuild()
    assert Comment.objects.count() == Reference.objects.count() - 2 == 2 and Activity.objects.exists()
    assert problem.created_at <= timezone.now()
    return trusted
