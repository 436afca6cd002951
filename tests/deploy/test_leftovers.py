import json
import os
import subprocess
import sys
from pathlib import Path

import psutil

from deploy.leftovers import end_leftovers, note
from tests.end_to_end.house import is_alive, wait_for

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
HAS_A_CHILD = f"import subprocess; subprocess.Popen({SLEEPS!r}).wait()"


def test_processes_left_behind_are_ended_with_their_children(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HAS_A_CHILD], start_new_session=True) as process:
        [child] = wait_for(lambda: psutil.Process(process.pid).children(), seconds=5)
        note(tmp_path / "record", [process.pid])

        assert end_leftovers(tmp_path / "record") == 1

    wait_for(lambda: not is_alive(child), seconds=5)
    assert not (tmp_path / "record").exists()


def test_another_process_of_the_same_number_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "record").write_text(json.dumps([[os.getpid(), 1.0]]))

    assert end_leftovers(tmp_path / "record") == 0


def test_a_record_that_is_missing_or_cut_off_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "cut").write_text("[[12")

    assert end_leftovers(tmp_path / "none") == 0
    assert end_leftovers(tmp_path / "cut") == 0
