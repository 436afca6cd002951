import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from problems.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = "#results [role=status]"
PAGES = [
    "/",
    "/problems/",
    "/problems/5.3/",
    "/problems/2.2/",
    "/categories/5/",
    "/difficulty/B/",
    "/problems/?view=cards&starred=yes",
    "/problems/?q=grokking",
    "/problems/find/",
    "/data/",
    "/ideas/",
    "/accounts/login/",
    "/p/2.25/",
]


@pytest.fixture
def alice(site) -> User:
    return User.objects.create_user("alice", password="a long password")


def test_a_filter_changes_rows_counts_and_address_without_a_new_page(page):
    page.goto("/problems/")
    page.evaluate("window.here = true")
    page.locator("#facets label", has_text=re.compile(r"^\s*D ")).first.click()
    expect(page.locator(COUNT)).to_have_text("15 of 339")
    expect(page).to_have_url(re.compile(r"/problems/\?difficulty=D$"))
    expect(page.locator("label[for=claimed-free] .count")).to_have_text("15")
    assert page.evaluate("window.here") and page.title().startswith("Problems")


def test_typing_searches_and_keeps_the_cursor(page):
    page.goto("/problems/")
    page.locator("#words").press_sequentially("grokking", delay=20)
    expect(page.locator(COUNT)).to_have_text(re.compile(r"^\d+ of 339$"))
    expect(page).to_have_url(re.compile(r"\?q=grokking$"))
    expect(page.locator("#words")).to_be_focused()
    assert page.locator("#words").input_value() == "grokking"


def test_back_brings_the_earlier_list(page):
    page.goto("/problems/")
    page.get_by_label("Category", exact=True).select_option("5")
    expect(page.locator(COUNT)).to_have_text("38 of 339")
    page.go_back()
    expect(page.locator(COUNT)).to_have_text("339 of 339")


def test_the_keys_move_open_and_search(page):
    page.goto("/problems/?category=5")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/problems/5\.2/\?list=category%3D5$"))
    page.keyboard.press("/")
    page.keyboard.type("othello")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/problems/\?q=othello$"))


def test_the_question_mark_lists_the_keys(page):
    page.goto("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_whole_row_is_the_link(page):
    page.goto("/problems/?category=5")
    box = page.locator("table.rows tbody tr").nth(2).locator("td").last.bounding_box()
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    expect(page).to_have_url(re.compile(r"/problems/5\.3/\?list=category%3D5$"))


def test_without_javascript_the_filters_and_the_claim_work(site, alice, browser):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/problems/")
    page.locator("#category").select_option("5")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(COUNT)).to_have_text("38 of 339")
    page.goto("/accounts/login/?next=/problems/5.3/claim/")
    page.locator("#id_login").fill("alice")
    page.locator("#id_password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    page.locator("#id_plan").fill("PCA of the weights")
    page.get_by_role("button", name="I am working on this").click()
    expect(page.get_by_role("complementary")).to_contain_text("PCA of the weights")
    context.close()


def test_a_pinned_theme_stays(page):
    page.goto("/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator("#theme").select_option("dark")
    page.goto("/problems/")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_shipped_catalogue_fits_a_phone_and_has_no_barrier(page):
    page.set_viewport_size({"width": 380, "height": 900})
    for url in PAGES:
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 380, url
        barriers = Axe().run(page).response["violations"]
        assert [(url, barrier["id"], barrier["nodes"][0]["html"]) for barrier in barriers] == []
