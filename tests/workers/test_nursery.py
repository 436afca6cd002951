import os
import signal
import sys
from typing import Any

import psutil
import pytest

from tests.end_to_end.house import is_alive, wait_for
from tests.workers.conftest import ENVIRONMENT, SCRIPTED_ENGINE, start_fresh
from workers import nursery as nurseries
from workers.child import Child
from workers.nursery import Nursery


def order(child: Child, *script: list[Any]) -> Child:
    child.wait_until_ready()
    child.give({"recipe": {"script": script}, "folder": "/nowhere"})
    return child


def messages(child: Child) -> list[dict[str, Any]]:
    found = list(iter(lambda: child.next_message(timeout=10), None))
    child.settle()
    return [message for message in found if message]


def nursery_of(child: Child) -> psutil.Process:
    parent = psutil.Process(child.pid).parent()
    assert parent is not None
    return parent


def test_each_shard_gets_a_process_of_its_own_in_a_group_of_its_own(nursery: Nursery) -> None:
    children = [order(nursery.take(), ["print", name]) for name in ("one", "two")]

    assert [message["text"] for child in children for message in messages(child)] == ["one", "two"]
    assert len({child.pid for child in children}) == 2
    for child in children:
        assert child.exit_status == 0
        child.close()


def test_processes_share_the_nursery_and_lead_their_own_sessions(nursery: Nursery) -> None:
    one, two = (order(nursery.take(), ["sleep", 60]) for _ in range(2))

    assert nursery_of(one).pid == nursery_of(two).pid
    assert os.getsid(one.pid) == one.pid and os.getpgid(two.pid) == two.pid
    one.kill()
    assert one.exit_status == -signal.SIGTERM
    assert two.is_running
    for child in (one, two):
        child.close()


@pytest.mark.parametrize(
    ("script", "status"), [(["kill-self"], -signal.SIGKILL), (["read", "gone"], 1), (["finish"], 0)]
)
def test_how_a_process_ended_is_told(nursery: Nursery, script: list[Any], status: int) -> None:
    child = order(nursery.take(), script)
    messages(child)

    assert child.exit_status == status
    child.close()


def test_what_a_process_complains_about_is_kept_apart_from_its_neighbours(nursery: Nursery) -> None:
    children = [order(nursery.take(), ["complain", name], ["kill-self"]) for name in ("one", "two")]
    for child in children:
        messages(child)

    assert [child.stderr_tail() for child in children] == ["one", "two"]
    for child in children:
        child.close()


def test_a_process_holds_none_of_its_neighbours_pipes(nursery: Nursery) -> None:
    first = order(nursery.take(), ["sleep", 60])
    second = order(nursery.take(), ["sleep", 60])

    kept = {os.readlink(f"/proc/{second.pid}/fd/{number}") for number in os.listdir(f"/proc/{second.pid}/fd")}
    neighbours = {os.readlink(f"/proc/{first.pid}/fd/{number}") for number in (0, 1)}
    assert not kept & neighbours
    for child in (first, second):
        child.close()


def test_processes_end_with_their_nursery_and_the_next_one_has_a_new_nursery(nursery: Nursery) -> None:
    child = order(nursery.take(), ["deaf"], ["sleep", 60])
    earlier = nursery_of(child)
    earlier.kill()

    child.settle()
    assert child.exit_status == -signal.SIGKILL
    wait_for(lambda: not psutil.pid_exists(child.pid) or not is_alive(psutil.Process(child.pid)), seconds=5)
    again = order(nursery.take(), ["sleep", 60])
    assert nursery_of(again).pid != earlier.pid
    for each in (child, again):
        each.close()


def test_a_nursery_that_cannot_start_is_replaced_by_fresh_processes(caplog: pytest.LogCaptureFixture) -> None:
    broken = Nursery(
        [sys.executable, "-c", "raise SystemExit('threads everywhere')"], ENVIRONMENT, start_fresh=start_fresh
    )
    child = order(broken.take(), ["print", "here"])

    assert messages(child)[0]["text"] == "here"
    assert "threads everywhere" in caplog.text
    child.close()
    broken.close()


def test_a_nursery_without_an_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nurseries, "START_SECONDS", 0.3)
    silent = Nursery([sys.executable, "-c", "import time; time.sleep(60)"], ENVIRONMENT, start_fresh=start_fresh)

    child = order(silent.take(), ["finish"])

    assert messages(child)[-1]["kind"] == "finished"
    child.close()
    silent.close()


def test_a_nursery_ends_with_its_worker() -> None:
    program = f"""
import os, sys
from workers.nursery import Nursery
child = Nursery({SCRIPTED_ENGINE!r}, dict(os.environ), start_fresh=None).take()
child.wait_until_ready()
nursery = open(f"/proc/{{child.pid}}/stat").read().split()[3]
print(child.pid, nursery, flush=True)
os.kill(os.getpid(), 9)
"""
    worker = psutil.Popen([sys.executable, "-c", program], stdout=-1)
    with worker.stdout:
        left = [int(pid) for pid in worker.stdout.readline().split()]
    worker.wait()

    wait_for(lambda: not any(psutil.pid_exists(pid) and is_alive(psutil.Process(pid)) for pid in left), seconds=5)
