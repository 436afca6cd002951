import signal
import time

import psutil
import pytest

from tests.end_to_end.house import DATABASES_OF_FAULTS, House, Member, command_line, is_alive, wait_for

pytestmark = pytest.mark.parametrize("house", DATABASES_OF_FAULTS, indirect=True)


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


def test_a_web_server_that_hangs_loses_no_batch(house: House, member: Member, small_recipe: str) -> None:
    member.cancel_everything()
    run = member.submit(small_recipe.replace("steps = 200", "steps = 4000"))
    wait_for(lambda: member.run(run)["shards"][0]["step"] > 0, seconds=60)

    hanging = processes_of(house, "gunicorn")
    for process in hanging:
        process.suspend()
    time.sleep(10)
    for process in hanging:
        process.resume()

    ended = member.run_that_ended(run)
    assert (ended["state"], ended["shards"][0]["attempts"]) == ("succeeded", 1), ended
    columns = member.get(f"/api/runs/{run}/measurements/")["columns"]
    steps = [step for step, seed in zip(columns["step"], columns["seed"], strict=True) if seed == 0]
    assert len(set(steps)) * 2 == len(steps) and max(steps) == 4000  # each measured step once for each of two measures


def test_a_worker_that_is_asked_to_stop_gives_its_shard_back(house: House, member: Member, small_recipe: str) -> None:
    member.cancel_everything()
    run = member.submit(small_recipe.replace("steps = 200", "steps = 20000"))
    wait_for(lambda: member.run(run)["shards"][0]["step"] > 0, seconds=60)
    [worker] = [process for process in house.processes() if command_line(process).endswith("-m workers")]

    worker.terminate()
    wait_for(lambda: not is_alive(worker), seconds=30)

    assert member.run(run)["shards"][0]["attempts"] == 0  # it goes on elsewhere, or here in a moment
    wait_for(lambda: member.run(run)["shards"][0]["state"] == "running", seconds=90)
    wait_for(lambda: member.run(run)["shards"][0]["phase"] == "training", seconds=60)
    assert member.run(run)["shards"][0]["attempts"] == 1
    member.cancel_everything()
