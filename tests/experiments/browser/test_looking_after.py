"""In a browser: the log goes on by itself, and the pages of those who look after the site are accessible and fit."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from experiments.protocol import Failure, LogEvent, Outcome
from experiments.services.finishing import finish_shard
from experiments.services.pauses import pause_class
from tests.experiments.making import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, site: str, person) -> None:
    client = Client()
    client.force_login(person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}])


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_operators_are_accessible_and_fit(page, site, run, training, scheme):
    carol = make_person("carol", is_curator=True)
    pause_class(hardware_class="gpu", reason="The machine room is being moved", by=carol)
    sign_in(page, site, carol)
    page.emulate_media(color_scheme=scheme)
    for address in ("/operations/", "/operations/pauses/", "/people/alice/quotas/", "/workers/"):
        page.goto(address)
        assert [v["id"] for v in Axe().run(page).response["violations"]] == [], address
        for width in (380, 900, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
