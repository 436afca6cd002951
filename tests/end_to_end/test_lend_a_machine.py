"""A worker owner: one token from the operator, one process, and the page on which they see it and take it out again."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.demo_programs import site_environment, worker_environment
from tests.architecture.source import ROOT
from tests.end_to_end.house import House, Member, wait_for
from tests.end_to_end.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("house", ["sqlite"], indirect=True)]

NAME = "lent-machine"


@pytest.fixture
def lent(house: House, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A second worker, as its owner starts it: with a token and without the site's secrets."""
    command = [sys.executable, "manage.py", "create_worker_token", "--owner", "demo"]
    said = subprocess.run(
        command, cwd=ROOT, env=site_environment(house.demo), capture_output=True, text=True, check=True
    )
    environment = worker_environment(house.demo) | {
        "CIRCUITBOARD_WORKER_NAME": NAME,
        "CIRCUITBOARD_WORKER_TOKEN": said.stdout.split()[-1],
        "CIRCUITBOARD_WORKER_DIR": str(tmp_path / "worker"),
    }
    del environment["CIRCUITBOARD_WORKER_TOKEN_FILE"]
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-m", "workers"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(lambda: b" ready." in (tmp_path / "worker.log").read_bytes(), seconds=120)
            yield worker
        finally:
            worker.terminate()
            worker.wait(60)


def test_a_lent_machine_is_seen_carries_out_a_run_and_is_taken_out_again(
    house: House, visitor: Visitor, member: Member, lent: subprocess.Popen[bytes], small_recipe: str
) -> None:
    page = visitor.page
    page.goto(f"{house.url}/accounts/login/?next=/workers/")
    page.get_by_label("Username or e-mail").fill("demo")
    page.get_by_label("Password").fill(house.password)
    page.get_by_role("button", name="Sign in").click()
    row = page.locator("table.workers tbody tr", has_text=NAME)
    expect(row).to_contain_text("free")
    others = page.locator("table.workers tbody tr").filter(has_not_text=NAME)
    others.get_by_role("button", name=re.compile("^Drain")).click()
    run = member.run_that_ended(member.submit(small_recipe))
    assert run["state"] == "succeeded" and NAME in str(run)

    page.reload()
    row.get_by_role("button", name=re.compile("^Drain")).click()
    expect(row).to_contain_text("it holds nothing and may be switched off")
    others.get_by_role("button", name=re.compile("^Take work again")).click()
    assert visitor.complaints == []
