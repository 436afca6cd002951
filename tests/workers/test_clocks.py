"""The clock of a worker may be wrong: nothing compares it with the site's."""

import datetime
from collections.abc import Callable

import pytest
import time_machine

from tests.workers.small_site import SmallSite
from workers.supervisor import Supervisor

Supervise = Callable[..., Supervisor]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_changes_nothing(
    minutes: int, small_site: SmallSite, supervise: Supervise
) -> None:
    wrong = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    with time_machine.travel(wrong):
        supervise(["progress", 5], ["write", "a", "one"], ["sleep", 1], ["print", "late"], ["finish"]).run()

    assert small_site.outcomes[0]["result"] == "succeeded"
    assert small_site.logged == ["late"]
    assert len(small_site.heartbeats) > 1


def test_a_clock_that_is_set_during_a_shard_ends_nothing(small_site: SmallSite, supervise: Supervise) -> None:
    supervisor = supervise(["sleep", 1.5], ["finish"], time_limit_seconds=30)
    with time_machine.travel(datetime.datetime.now(datetime.UTC)) as clock:
        small_site.on_heartbeat = lambda: clock.shift(600)
        supervisor.run()

    assert small_site.outcomes[0]["result"] == "succeeded"
