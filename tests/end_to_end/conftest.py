from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end_to_end.house import House, Member
from tests.postgresql import postgresql_server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house; the tests of one database share it."""
    with ExitStack() as until_the_end:
        database_url = until_the_end.enter_context(postgresql_server()) if request.param == "postgresql" else ""
        house = House(tmp_path_factory.mktemp("house") / "data", database_url)
        house.start()
        until_the_end.callback(house.stop)
        yield house


@pytest.fixture
def member(house: House) -> Iterator[Member]:
    member = Member(house)
    yield member
    member.close()


@pytest.fixture
def small_recipe() -> str:
    return Path(__file__).with_name("small.toml").read_text()
