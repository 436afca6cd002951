from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.settings import TEST_DATABASE, until_the_end


def pytest_unconfigure() -> None:
    until_the_end.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share the loaded catalogue come last, for the others expect empty tables.

    On PostgreSQL, only what touches the database: the rest, and what a browser shows, has just run on SQLite.
    """
    items.sort(key=lambda item: "catalogue" in getattr(item, "fixturenames", ()))
    if TEST_DATABASE == "sqlite":
        return
    elsewhere = [item for item in items if not _is_about_the_database(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if _is_about_the_database(item)]


def _is_about_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    touches = item.get_closest_marker("django_db") is not None or bool(fixtures & {"db", "transactional_db"})
    return touches and item.get_closest_marker("browser") is None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is connected to, as a thread of a test that has ended may be."""
    yield
    if connection.vendor == "postgresql":
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid() AND datname = "
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(others + "current_database()")
