import signal

import psutil
import pytest

from tests.end_to_end.house import House, Member, command_line, wait_for

pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


def processes_of(house: House, words: str) -> list[psutil.Process]:
    return [process for process in house.processes() if words in command_line(process)]


def test_a_run_submitted_while_the_broker_is_dead_is_carried_out(
    house: House, member: Member, small_recipe: str
) -> None:
    member.cancel_everything()
    [broker] = processes_of(house, "valkey-server")
    broker.send_signal(signal.SIGKILL)

    run = member.submit(small_recipe)

    assert member.run_that_ended(run)["state"] == "succeeded"
    [again] = processes_of(house, "valkey-server")
    assert again.pid != broker.pid


def test_a_web_server_that_dies_mid_run_costs_nothing(house: House, member: Member, small_recipe: str) -> None:
    member.cancel_everything()
    run = member.submit(small_recipe.replace("steps = 200", "steps = 3000"))
    wait_for(lambda: member.run(run)["shards"][0]["step"] > 0, seconds=60)

    for process in processes_of(house, "gunicorn"):
        process.kill()
    wait_for(house.answers, seconds=30)

    ended = member.run_that_ended(run)
    assert ended["state"] == "succeeded", ended
    assert ended["shards"][0]["attempts"] == 1
