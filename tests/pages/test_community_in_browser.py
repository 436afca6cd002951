"""The pages for members and curators in a real browser."""

import pytest
from playwright.sync_api import expect

from problems.models import Approval, Comment, Problem, Standing, User
from problems.services.following import follow
from problems.services.moderation import change_standing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long password"


@pytest.fixture
def waiting(site) -> Comment:
    """Bob's comment waits; Carol, a curator, watches the problem."""
    carol = User.objects.create_user("carol", password=PASSWORD, is_curator=True)
    bob = User.objects.create_user("bob")
    problem = Problem.objects.get(number="5.3")
    follow(carol, problem=problem)
    change_standing(bob, standing=Standing.TRUSTED, curator=carol, reason="Known")
    return Comment.objects.create(problem=problem, body="Try $W_E$", added_by=bob, approval=Approval.PENDING)


@pytest.fixture
def as_carol(waiting, page):
    page.goto("/accounts/login/")
    page.locator("#id_login").fill("carol")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_an_approved_comment_reaches_those_who_watch(as_carol):
    as_carol.goto("/moderation/")
    as_carol.get_by_role("button", name="Approve", exact=True).click()
    expect(as_carol.get_by_role("status").first).to_contain_text("Approved.")
    expect(as_carol.get_by_role("link", name="Following")).to_contain_text("1")
    as_carol.get_by_role("link", name="Following").click()
    expect(as_carol.get_by_text("Try W_E")).to_be_visible()
    as_carol.get_by_role("button", name="Mark as read").click()
    expect(as_carol.get_by_role("link", name="Following")).to_have_text("Following")


def test_a_list_is_shown_before_it_is_imported(as_carol):
    as_carol.goto("/curate/import/")
    as_carol.locator("#id_text").fill("number,statement\n5,Is there a third phase?\n5.3,Why two components?\n")
    as_carol.get_by_role("button", name="Show what would change").click()
    expect(as_carol.get_by_role("main")).to_contain_text("1 created, 1 changed")
    as_carol.locator("#id_reason").fill("A workshop")
    as_carol.get_by_role("button", name="Import just this").click()
    as_carol.goto("/problems/5.39/")
    expect(as_carol.get_by_role("heading", level=1)).to_have_text("Is there a third phase?")
