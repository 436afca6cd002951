from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoDbBlocker

from problems.models import Category, Problem, User
from problems.services.load_catalogue import load_catalogue
from tests.problems.times import START


@pytest.fixture(scope="session")
def loaded_catalogue(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Stays in the database from here on: `tests/conftest.py` puts the tests that want it last."""
    with django_db_blocker.unblock():
        load_catalogue()


@pytest.fixture
def catalogue(loaded_catalogue: None, db: None) -> None:
    """The shipped catalogue, loaded."""
    if not Problem.objects.exists():  # a test with transactions of its own has emptied the tables in between
        load_catalogue()


@pytest.fixture
def problem(db: None) -> Problem:
    """One problem, for tests that need no more."""
    category = Category.objects.create(number=5, name="Analysing Training Dynamics")
    return Problem.objects.create(
        category=category, index=3, number="5.3", statement="Why?", difficulty_low="B", difficulty_high="B"
    )


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@example.org", "a long password")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", "bob@example.org", "a long password")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands at START and moves when it is told to."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def as_bob(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data files that a test may edit."""
    from problems.services.catalogue_files import SHIPPED

    for source in SHIPPED.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    return tmp_path
