import queue
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.end_to_end.house import is_alive, wait_for
from tests.workers.conftest import ENVIRONMENT, start_fresh
from workers.child import Child, ChildBroken, clean_environment, fresh_child
from workers.spare import Spare


@pytest.fixture
def spare() -> Iterator[Spare]:
    spare = Spare(start_fresh)
    yield spare
    spare.close()


def test_only_listed_names_reach_the_training_process() -> None:
    given = {
        "PATH": "/bin",
        "CUDA_VISIBLE_DEVICES": "1",
        "CIRCUITBOARD_BROKER_URL": "x",
        "HF_TOKEN": "x",
        "PYTHONPATH": "x",
    }
    passed_on = clean_environment(given, threads=3)

    assert passed_on["PATH"] == "/bin"
    assert passed_on["CUDA_VISIBLE_DEVICES"] == "1"
    assert passed_on["OMP_NUM_THREADS"] == "3"
    assert "x" not in passed_on.values()


def test_a_process_that_cannot_start_says_why() -> None:
    child = fresh_child([sys.executable, "-c", "raise SystemExit('no torch here')"], ENVIRONMENT)
    with pytest.raises(ChildBroken, match="no torch here"):
        child.wait_until_ready()
    child.close()


def test_a_process_that_never_gets_ready_is_given_up() -> None:
    child = fresh_child([sys.executable, "-c", "import time; time.sleep(60)"], ENVIRONMENT)
    with pytest.raises(ChildBroken, match="not ready after"):
        child.wait_until_ready(seconds=0.3)
    child.close()


def test_a_full_queue_does_not_keep_a_process_from_being_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.child.WAITING_LINES", 5)
    child = fresh_child([sys.executable, "-c", "while True: print('{}')"], ENVIRONMENT)
    time.sleep(0.3)

    child.close()

    assert not child.is_running


def test_the_child_of_a_dead_supervisor_reads_the_end_of_its_input() -> None:
    source = 'import sys; print(\'{"kind": "ready"}\', flush=True); sys.stdin.read()'
    program = f"""
import os, sys
from workers.child import fresh_child
child = fresh_child([sys.executable, "-c", {source!r}], dict(os.environ))
child.wait_until_ready()
print(child.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    supervisor = psutil.Popen([sys.executable, "-c", program], stdout=-1)
    with supervisor.stdout:
        orphan = int(supervisor.stdout.readline())
    supervisor.wait()

    wait_for(lambda: not psutil.pid_exists(orphan) or not is_alive(psutil.Process(orphan)), seconds=5)


def test_a_spare_is_ready_before_it_is_taken_and_followed_by_another(spare: Spare) -> None:
    spare.prepare()
    first = spare.take()
    second = spare.take()

    assert first.pid != second.pid
    first.wait_until_ready()
    second.wait_until_ready()
    for child in (first, second):
        child.close()


def test_a_spare_that_died_is_replaced() -> None:
    started: list[Child] = []

    def start() -> Child:
        started.append(start_fresh())
        return started[-1]

    spare = Spare(start)
    spare.prepare()
    psutil.Process(started[0].pid).kill()
    wait_for(lambda: not started[0].is_running, seconds=5)

    child = spare.take()

    assert child is started[1]
    child.wait_until_ready()
    child.close()
    spare.close()


def test_nothing_comes_in_time_from_a_silent_process() -> None:
    child = start_fresh()
    child.wait_until_ready()
    with pytest.raises(queue.Empty):
        child.next_message(timeout=0.05)
    child.close()
