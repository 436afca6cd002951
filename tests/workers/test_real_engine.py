"""The engine itself, forked by its nursery."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.workers.science.runs import recipe
from workers.child import ENGINE, Child, clean_environment, fresh_child
from workers.nursery import NURSERY, Nursery

ENVIRONMENT = clean_environment(os.environ, threads=2)
ASKED = recipe(training={"steps": 40, "learning_rate": 3e-3}, analyses=[{"name": "fourier-spectrum"}])


def start_fresh() -> Child:
    return fresh_child(ENGINE, ENVIRONMENT)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery(NURSERY, ENVIRONMENT, start_fresh=start_fresh)
    yield nursery
    nursery.close()


def results(child: Child, folder: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """The digest of every file, and the last words."""
    child.wait_until_ready()
    order = {"recipe": ASKED.model_dump(mode="json"), "seeds": [0, 1], "folder": str(folder), "device": "cpu"}
    child.give(order | {"threads": 2})
    last: dict[str, Any] = {}
    while (message := child.next_message(timeout=60)) is not None:
        last = message
    child.settle()
    assert child.exit_status == 0, child.stderr_tail()
    child.close()
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "resume"]  # they come by time
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}, last


def test_a_forked_engine_comes_to_the_same_bits_as_a_fresh_one(nursery: Nursery, tmp_path: Path) -> None:
    for name in ("fresh", "forked", "again"):
        (tmp_path / name).mkdir()
    fresh, said_by_fresh = results(start_fresh(), tmp_path / "fresh")
    forked, said_by_forked = results(nursery.take(), tmp_path / "forked")

    assert "checkpoints/seed-1/step-00000040.safetensors" in fresh
    assert forked == fresh == results(nursery.take(), tmp_path / "again")[0]
    for name in ("engine_digest", "environment", "hardware", "expectations"):
        assert said_by_forked[name] == said_by_fresh[name]


def test_the_nursery_computes_nothing_so_that_it_can_be_forked(nursery: Nursery) -> None:
    child = nursery.take()
    child.wait_until_ready()
    tended_by = psutil.Process(child.pid).parent()
    assert tended_by is not None
    by_libraries = {Path(f"/proc/{tended_by.pid}/task/{thread.id}/comm").read_text() for thread in tended_by.threads()}
    child.close()

    # OpenBLAS has a thread for each of ours and Arrow's allocator one; both know what to do at a fork.
    assert by_libraries <= {"python\n", "python3\n", "jemalloc_bg_thd\n"}
    assert tended_by.num_threads() <= 1 + 1 + 1


def test_a_full_disk_is_a_storage_failure_that_leaves_no_half_file(nursery: Nursery, tmp_path: Path) -> None:
    child = nursery.take()
    child.wait_until_ready()
    psutil.Process(child.pid).rlimit(psutil.RLIMIT_FSIZE, (500, 500))  # as if this were the room that is left
    order = {"recipe": ASKED.model_dump(mode="json"), "seeds": [0, 1], "folder": str(tmp_path), "device": "cpu"}
    child.give(order | {"threads": 2})
    said = list(iter(lambda: child.next_message(timeout=60), None))
    child.settle()
    child.close()

    assert said[-1] is not None and (said[-1]["kind"], said[-1]["failure"]) == ("failed", "storage")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
