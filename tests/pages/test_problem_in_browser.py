"""What one does on the page of a problem: claim and keep a claim, discuss, cite, read old revisions."""

import datetime
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from problems.models import Claim, Problem, User
from problems.services.claim_mail import remind_quiet_claims

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def beside_the_browser(monkeypatch):
    """The browser's driver runs a loop in this thread; the database is asked between its calls, never within one."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")


@pytest.fixture
def people(site):
    """Alice is new here; Bob is trusted and already on 5.3."""
    User.objects.create_user("alice", "alice@example.org", "a long password")
    bob = User.objects.create_user("bob", "bob@example.org", "a long password", is_trusted=True)
    Claim.objects.create(problem=Problem.objects.get(number="5.3"), claimant=bob, plan="PCA of the logits")


def sign_in(page, handle, then):
    page.goto(f"/accounts/login/?next={then}")
    page.locator("#id_login").fill(handle)
    page.locator("#id_password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()


def barriers(page):
    return [(barrier["id"], barrier["nodes"][0]["html"]) for barrier in Axe().run(page).response["violations"]]


def test_a_claim_is_made_goes_quiet_and_is_kept_from_the_mail(page, people, browser, settings, live_server):
    settings.BASE_URL = live_server.url
    sign_in(page, "alice", "/problems/5.3/")
    page.get_by_role("link", name="I am working on this").click()
    expect(page.locator("article.claim")).to_contain_text("PCA of the logits")
    assert barriers(page) == []
    page.get_by_label("Plan").fill("PCA of the weights")
    page.get_by_role("button", name="I am working on this").click()
    expect(page.get_by_role("complementary")).to_contain_text("PCA of the weights")
    assert mail.outbox[0].to == ["bob@example.org"]

    long_ago = timezone.now() - datetime.timedelta(days=40)
    Claim.objects.filter(claimant__username="alice").update(last_activity_at=long_ago)
    assert remind_quiet_claims(timezone.now()) == 1
    link = re.search(r"http\S+/still-on-it/", mail.outbox[-1].body)
    elsewhere = browser.new_context().new_page()  # as on a phone, signed out
    elsewhere.goto(link.group())
    expect(elsewhere.get_by_role("button", name="Yes, I am still on it")).to_be_focused()
    elsewhere.keyboard.press("Enter")
    expect(elsewhere.get_by_role("heading", level=1)).to_contain_text("you are still on 5.3")
    assert barriers(elsewhere) == []
    page.reload()
    expect(page.locator("article.claim", has_text="PCA of the weights")).to_contain_text("Fresh")


def test_a_discussion_with_preview_quotation_and_a_second_thought(page, people):
    sign_in(page, "bob", "/problems/5.4/")
    page.get_by_label("Your comment").fill("The norm $\\|W_E\\|^2$ grows")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview math")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    first = page.locator("article.comment").first
    expect(first).to_contain_text("grows")
    expect(page).to_have_url(re.compile(r"#comment-\d+$"))

    page.get_by_label("Your comment").fill("Half a thought")
    first.get_by_role("link", name="Quote").click()
    expect(page.get_by_label("Your comment")).to_have_value(
        re.compile(r"^Half a thought\n\n\[@bob\]\S+ wrote:\n\n> The norm")
    )
    expect(page.locator("#answering")).to_contain_text("Answering @bob")
    assert barriers(page) == []
    page.get_by_role("button", name="Send").click()
    answer = page.locator("article.comment.answer")
    answer.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(answer).to_contain_text("Its author removed it")
    expect(page.locator("#backlog")).to_contain_text("1 comment not yet reflected")


def test_citing_a_revision_and_seeing_what_changed(page, people, browser):
    problem = Problem.objects.get(number="5.4")
    problem.statement += " And why?"
    problem.save()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/problems/5.4/")
    page.get_by_role("link", name="Cite", exact=True).click()
    page.get_by_role("button", name="Copy the BibTeX").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{circuitboard-5.4-r2,")

    page.get_by_role("link", name="All 2 revisions").click()
    expect(page.locator("ins")).to_contain_text("And why?")
    assert barriers(page) == []
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator("h1.statement")).not_to_contain_text("And why?")
    page.get_by_role("link", name="see what changed").click()
    expect(page.get_by_role("heading", name="From revision 1 to 2")).to_be_visible()
    page.goto("/problems/5.4/")
    expect(page.locator("h1.statement")).to_contain_text("And why?")
