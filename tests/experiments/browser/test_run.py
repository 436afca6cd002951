"""The curves of a run come in, and look as the reader wants them."""

import re

import pytest
from playwright.sync_api import expect

from tests.experiments.making import measured

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WATCH_SHIFTS = """
window.shift = 0;
const add = (list) => list.getEntries().forEach((entry) => (window.shift += entry.value));
new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
"""


def eventually(page, script):
    """Asks again and again from here: a script that waits inside the page would need eval, which the policy refuses."""
    for _ in range(200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {script}")


def n_points(page):
    return page.evaluate("(document.querySelector('[data-measure=loss]').data || []).map((trace) => trace.x.length)")


def test_curves_come_in_while_it_trains_and_stop_when_it_ends(page, run, training):
    page.goto(f"/runs/{run.pk}/")
    training.measure((0, 0, 4.0), (1, 0, 5.0))
    eventually(page, "document.querySelector('[data-measure=loss]').data?.length === 2")
    training.measure((0, 50, 3.0), (1, 50, 2.0))
    eventually(page, "document.querySelector('[data-measure=loss]').data[0].x.length === 2")
    assert n_points(page) == [2, 2]
    training.end()
    expect(page.locator("#state")).to_contain_text("SUCCEEDED", timeout=10_000)
    expect(page.locator("#panels .main-svg").first).to_be_visible(timeout=10_000)
    expect(page.locator("#files")).to_contain_text("step-100.safetensors")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3000)
    assert asked == []


def test_the_choice_of_axes_and_seeds_is_in_the_address(page, run, training):
    training.measure((0, 1, 4.0), (1, 1, 6.0))
    page.goto(f"/runs/{run.pk}/")
    page.locator("label:has(input[name=x][value=log])").click()
    page.locator("label:has(input[name=seeds][value=median])").click()
    expect(page).to_have_url(re.compile("x=log.*seeds=median"))
    eventually(page, "document.querySelector('[data-measure=loss]').data?.[2]?.y[0] === 5")
    training.tell(measured((0, 2, 2.0), (1, 2, 4.0)))
    eventually(page, "document.querySelector('[data-measure=loss]').data[2].y[1] === 3")
    page.reload()
    eventually(page, "document.querySelector('[data-measure=loss]').layout?.xaxis.type === 'log'")


def test_plots_follow_the_theme_at_once(page, run, training):
    training.measure((0, 1, 4.0))
    page.emulate_media(color_scheme="light")
    page.goto(f"/runs/{run.pk}/")
    ink = "document.querySelector('[data-measure=loss]')._fullLayout?.font.color"
    eventually(page, f"{ink} === '#1c1c1a'")
    page.locator("#theme").select_option("dark")
    eventually(page, f"{ink} === '#e8e6e1'")


def test_a_plot_moves_nothing_when_it_comes(page, run, training):
    training.measure((0, 1, 4.0))
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"/runs/{run.pk}/")
    eventually(page, "document.querySelector('[data-measure=loss]').data?.length === 1")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") < 0.02
