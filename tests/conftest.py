from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.settings import TEST_DATABASE, until_the_end

SHARES_A_START = {"test_stack.py", "test_real_engine.py", "test_object_storage.py"}


def pytest_unconfigure() -> None:
    until_the_end.close()


@pytest.hookimpl(tryfirst=True)  # groups are read by the plugin's own hook of this name
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share the loaded catalogue come last, for the others expect empty tables.

    On PostgreSQL, only what touches the database: the rest, and what a browser shows, has just run on SQLite.
    """
    items.sort(key=lambda item: "catalogue" in getattr(item, "fixturenames", ()))
    for item in items:
        if group := _shares_with(item):
            item.add_marker(pytest.mark.xdist_group(group))
    if TEST_DATABASE == "sqlite":
        return
    elsewhere = [item for item in items if not _is_about_the_database(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if _is_about_the_database(item)]


def _shares_with(item: pytest.Item) -> str:
    """Tests of one group run one after the other, in one process: they share something that is slow to start."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    if "house" in parameters:
        return f"house-{parameters['house']}"
    return item.path.stem if item.path.name in SHARES_A_START else ""


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
