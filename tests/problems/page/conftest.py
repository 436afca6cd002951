import pytest
from django.test import Client

from problems.models import User


@pytest.fixture
def carol(db: None) -> User:
    """A curator."""
    return User.objects.create_user("carol", "carol@example.org", "a long password", is_curator=True)


@pytest.fixture
def as_carol(carol: User) -> Client:
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def dave(db: None) -> User:
    """A trusted member."""
    return User.objects.create_user("dave", "dave@example.org", "a long password", is_trusted=True)
