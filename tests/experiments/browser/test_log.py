"""In a browser: the log goes on by itself."""

import pytest
from playwright.sync_api import expect

from experiments.protocol import Failure, LogEvent, Outcome
from experiments.services.finishing import finish_shard

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_new_lines_come_by_themselves_until_the_run_ends(page, run, training):
    page.goto(f"/runs/{run.pk}/")
    log = page.locator("#log")
    for n in range(3):
        training.tell(LogEvent(at="2026-01-01T00:00:00Z", text=f"line {n}"))
        expect(log).to_contain_text(f"line {n}", timeout=5000)
    failure = Failure(failure="not_finite", message="The loss is not finite.", traceback="Traceback: here")
    finish_shard(lease=training.granted.lease, outcome=Outcome(epoch=1, result="failed", failure=failure))
    expect(log).to_contain_text("running to failed", timeout=5000)
    expect(log.locator(".more")).to_have_count(0, timeout=5000)
    numbers = log.locator("li").evaluate_all("items => items.map((item) => item.value)")
    assert numbers == list(range(1, len(numbers) + 1))
    expect(page.locator("#state")).to_contain_text("Shard 0 failed: not finite.", timeout=5000)
