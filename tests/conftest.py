import pytest

from tests.settings import TEST_DATABASE, until_the_end


def pytest_unconfigure() -> None:
    until_the_end.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, only what touches the database: the rest has just run on SQLite."""
    if TEST_DATABASE == "sqlite":
        return
    elsewhere = [item for item in items if not _touches_database(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if _touches_database(item)]


def _touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & {"db", "transactional_db"})
