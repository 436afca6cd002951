import pytest
from django.test import Client

from problems.models import Idea, Problem, User
from problems.services.numbers import add_problem


@pytest.fixture
def carol(db: None) -> User:
    return User.objects.create_user("carol", "carol@example.org", "a long password", is_curator=True)


@pytest.fixture
def as_carol(carol: User) -> Client:
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def other(problem: Problem) -> Problem:
    """A second problem of the same category: 5.4."""
    return add_problem(category=problem.category, statement="When?", added_by=None, reason="for tests")


@pytest.fixture
def idea(db: None) -> Idea:
    return Idea.objects.create(title="Two ways to grok", summary="Perhaps there are two.", kind="hypothesis")
