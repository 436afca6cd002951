"""A second worker on the same machine, with two slots, a name of its own, and a clock that is ten minutes ahead."""

import datetime
from collections.abc import Iterator

import pytest

from tests.end_to_end.house import DATABASES_OF_FAULTS, House, Member, command_line, wait_for
from tests.end_to_end.lent import lent_worker

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("house", DATABASES_OF_FAULTS, indirect=True)]

NAME = "far-ahead"
AHEAD_SECONDS = 600.0


@pytest.fixture
def lent(house: House, member: Member, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """It works alone: the house's own worker sleeps meanwhile."""
    member.cancel_everything()
    folder = tmp_path_factory.mktemp("lent")
    with lent_worker(house, folder, name=NAME, slots=2, seconds_ahead=AHEAD_SECONDS):
        [own] = [process for process in house.processes() if command_line(process).endswith("-m workers")]
        own.suspend()
        yield NAME
        own.resume()


def seconds_from_now(said: str) -> float:
    return (datetime.datetime.fromisoformat(said) - datetime.datetime.now(datetime.UTC)).total_seconds()


def test_two_runs_share_a_worker_whose_clock_is_wrong_and_nothing_of_it_is_believed(
    house: House, member: Member, small_recipe: str, lent: str
) -> None:
    runs = [member.submit(small_recipe.replace("steps = 200", "steps = 3000")) for _ in range(2)]
    wait_for(lambda: all(member.run(run)["shards"][0]["step"] > 0 for run in runs), seconds=90)
    assert {member.run(run)["shards"][0]["worker"] for run in runs} == {lent}
    held = [member.run(run) for run in runs]
    assert all(abs(seconds_from_now(run["waiting"]["since"])) < 120 for run in held if run["waiting"])

    for run in runs:
        ended = member.run_that_ended(run)
        assert (ended["state"], ended["shards"][0]["attempts"]) == ("succeeded", 1), ended
        lines = member.get(f"/api/runs/{run}/log/")["lines"]
        assert all(-300 < seconds_from_now(line["at"]) <= 1 for line in lines)
        columns = member.get(f"/api/runs/{run}/measurements/")["columns"]
        points = list(zip(columns["measure"], columns["seed"], columns["step"], strict=True))
        assert len(set(points)) == len(points) and max(columns["step"]) == 3000
    quotas = {share["name"]: share["used"] for share in member.get("/api/quotas/")["quotas"]}
    assert quotas["device_seconds_per_week"] < 3600
