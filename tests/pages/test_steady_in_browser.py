"""Nothing on a page moves by itself once it is there."""

import pytest

from problems.models import Comment, Problem, User
from tests.experiments.browser.test_run import WATCH_SHIFTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    *("/", "/problems/", "/problems/?view=cards&starred=yes", "/problems/?q=grokking", "/categories/5/"),
    *("/difficulty/B/", "/problems/find/", "/problems/5.3/", "/ideas/", "/data/"),
]


@pytest.fixture
def talked_about(site) -> None:
    alice = User.objects.create_user("alice")
    problem = Problem.objects.get(number="5.3")
    Comment.objects.bulk_create(
        [Comment(problem=problem, added_by=alice, body=f"$\\|W_{n}\\|^2$ grows") for n in range(40)]
    )


@pytest.mark.parametrize("width", [380, 1280])
def test_no_page_jumps_as_it_comes(talked_about, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(WATCH_SHIFTS)
    shifts = {}
    for url in PAGES:
        page.goto(url)
        page.wait_for_timeout(400)
        shifts[url] = page.evaluate("window.shift")
    assert {url: shift for url, shift in shifts.items() if shift >= 0.02} == {}


def test_a_changed_filter_moves_nothing_above_the_list(page):
    page.goto("/problems/")
    places = "['#words', '#category', '#sort', '#results'].map((one) => document.querySelector(one).offsetTop)"
    before = page.evaluate(places)
    page.locator("#words").fill("grokking")
    page.wait_for_url("**q=grokking**")
    page.get_by_label("Category", exact=True).select_option("5")
    page.wait_for_url("**category=5**")
    assert page.evaluate(places) == before
