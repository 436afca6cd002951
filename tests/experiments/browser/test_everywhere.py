"""Every page of experiments is accessible, fits its screen, and works without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [380, 900, 1600]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(page, run, training, scheme):
    training.measure((0, 1, 4.0), (1, 1, 2.0))
    training.end()
    page.emulate_media(color_scheme=scheme)
    for address in (
        f"/runs/{run.pk}/",
        f"/recipes/{run.recipe_id}/",
        f"/recipes/new/?fork={run.recipe_id}",
        f"/compare/?runs={run.pk}",
        "/experiments/",
        "/workers/",
        "/problems/5.3/",
    ):
        page.goto(address)
        page.wait_for_timeout(500)
        assert [v["id"] for v in Axe().run(page).response["violations"]] == [], address
        for width in SIZES:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)


def test_without_javascript_a_recipe_is_checked_and_run(site, run, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/accounts/login/?next=/recipes/new/%3Ffork={run.recipe_id}")
    page.locator("#id_login").fill("alice")
    page.locator("#id_password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    good = page.locator("#toml").input_value().replace("steps = 100", "steps = 60")
    page.locator("#toml").fill(good.replace("modulus = 7", "modulus = 1"))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#verdict")).to_contain_text("must be at least 3, not 1")
    page.locator("#toml").fill(good)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#state")).to_contain_text("QUEUED")
    expect(page.get_by_text("Nothing is measured yet")).to_be_visible()
    context.close()
