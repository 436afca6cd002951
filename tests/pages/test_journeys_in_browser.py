"""What each of those the site is for comes to do, in a browser. The researcher's way, to a checkpoint, is in
`tests/end_to_end/test_in_the_browser.py`, the worker owner's in `test_lend_a_machine.py` beside it."""

import datetime
import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from experiments.services.recipes import load_presets
from experiments.services.runs import submit_run
from problems.models import Claim, Comment, Problem, User
from problems.services.claims import claim_problem
from problems.services.listed import relist
from tests.experiments.making import make_recipe
from tests.experiments.views.conftest import Training

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def beside_the_browser(monkeypatch):
    """The browser's driver runs a loop in this thread; the database is asked between its calls, never within one."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")


def make_member(handle: str, **fields) -> User:
    return User.objects.create_user(handle, f"{handle}@example.org", PASSWORD, **fields)


def sign_in(page: Page, handle: str, then: str) -> None:
    page.goto(f"/accounts/login/?next={then}")
    page.locator("#id_login").fill(handle)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(re.escape(then) + "$"))


def choose(page: Page, group: str, label: str) -> None:
    """In one of the groups of choices above the list, as people do: the box itself is not drawn."""
    page.locator("#facets fieldset", has_text=group).locator("label", has_text=re.compile(rf"^\s*{label}\b")).click()


@pytest.fixture
def claimed_by_bob(site) -> None:
    """3.3, two days ago; the starter recipes are there."""
    load_presets()
    claimed = claim_problem(Problem.objects.get(number="3.3"), make_member("bob"), plan="Look at the neurons")
    Claim.objects.filter(pk=claimed.pk).update(last_activity_at=timezone.now() - datetime.timedelta(days=2))
    relist(claimed.problem_id)


def test_a_newcomer_narrows_the_list_down_and_sees_who_is_on_it_since_when(page, claimed_by_bob):
    page.goto("/")
    page.get_by_role("link", name="Browse the 339 problems").click()
    page.get_by_label("Category", exact=True).select_option("3")
    expect(page).to_have_url(re.compile("category=3"))
    for group, label, asked in (
        ("Difficulty", "A", "difficulty=A"),
        ("Existing work", "none", "work=none"),
        ("Recipe", "on a laptop", "recipe=laptop"),
        ("Claimed", "claimed", "claimed=claimed"),
    ):
        choose(page, group, label)
        expect(page).to_have_url(re.compile(asked))
    expect(page.locator("#results [role=status]")).to_have_text("1 of 339")
    row = page.locator("table.problems tbody tr")
    expect(row).to_contain_text("@bob 2 days ago")
    expect(row).to_contain_text(re.compile(r"recipe, about \d+ min on a laptop, measured"))


def test_a_newcomer_goes_from_one_free_problem_of_a_list_to_the_next_by_keys(page, claimed_by_bob):
    page.goto("/problems/?difficulty=A&category=3&claimed=free&recipe=laptop")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1.statement")).to_contain_text("sort lists")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/problems/3\.2/\?list="))
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/problems/3\.4/\?list="))  # Bob is on 3.3


def test_a_newcomer_reads_the_context_before_saying_that_they_are_on_it(page):
    make_member("alice")
    page.goto("/categories/5/")
    why, problems = page.locator(".prose").first, page.locator("#filters")
    expect(why).to_contain_text("circuits form")
    assert why.bounding_box()["y"] < problems.bounding_box()["y"]
    sign_in(page, "alice", "/problems/5.4/claim/")
    context = page.locator("details", has_text="why it matters, tips, resources")
    context.locator("summary").first.click()
    expect(context).to_contain_text("Understand the final model first")
    button = page.get_by_role("button", name="I am working on this")
    assert context.bounding_box()["y"] < button.bounding_box()["y"]


def test_somebody_with_ten_minutes_is_found_a_problem(page):
    load_presets()
    page.goto("/problems/find/")
    page.get_by_label("Minutes your laptop may run").fill("10")
    page.locator(".wishes label", has_text=re.compile("^ ?A$")).click()
    page.get_by_label("No existing work").check()
    page.get_by_role("button", name="Find").click()
    first = page.locator(".problem-cards .card").first
    expect(first).to_contain_text(
        re.compile("its recipe takes (about|less than a) .*minutes? on a laptop, (measured|est)")
    )
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    expect(page.locator(".recipe-card").first).to_contain_text("on a laptop")


def test_a_sceptic_runs_it_again_sees_what_differed_and_says_so(page):
    alice, bob = make_member("alice"), make_member("bob", is_trusted=True)
    first = Training(submit_run(recipe=make_recipe(alice), submitter=alice).shards.get(), alice)
    first.measure((0, 1, 4.0), (1, 1, 4.0))
    run = first.end()
    sign_in(page, "bob", f"/runs/{run.pk}/")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator("#state")).to_contain_text("QUEUED")
    again = re.search(r"/runs/(\d+)/", page.url)[1]
    second = Training(bob.runs.get(pk=again).shards.get(), bob)
    second.measure((0, 1, 4.0), (1, 1, 9.0))
    second.end()
    page.goto(f"/compare/?runs={run.pk},{again}")
    expect(page.get_by_role("main")).to_contain_text("@bob")
    page.goto("/problems/5.3/")
    page.get_by_label("Your comment").fill(f"Seed 1 ends elsewhere in run {again} than in run {run.pk}")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article.comment .run-card")).to_have_count(2)
    expect(page.locator("#backlog")).to_contain_text("1 comment, 2 runs not yet reflected")


@pytest.fixture
def ran(site):
    """A run of Alice's on 5.3, on which she said something that waits; Carol curates."""
    alice = make_member("alice")
    make_member("carol", is_curator=True)
    problem = Problem.objects.get(number="5.3")
    Comment.objects.create(problem=problem, body="Say which basis", added_by=alice, approval="pending")
    return Training(submit_run(recipe=make_recipe(alice), submitter=alice).shards.get(), alice).end()


def test_a_curator_approves_a_comment_and_folds_it_into_the_statement(page, ran):
    sign_in(page, "carol", "/moderation/")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.goto("/problems/5.3/")
    page.locator("#backlog").get_by_role("link", name="Take in").click()
    page.get_by_label("Statement").fill("Why two components? Say which basis.")
    page.get_by_label(re.compile("alice: Say which basis")).check()
    page.get_by_label("It reflects all runs until now").check()
    page.get_by_label("Reason").fill("As alice said")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1.statement")).to_contain_text("Say which basis.")
    expect(page.locator("#backlog")).to_have_count(0)
    expect(page.locator("article.comment")).to_contain_text("in the statement since revision 2")


def test_a_curator_resolves_a_problem_naming_the_run(page, ran):
    sign_in(page, "carol", "/problems/5.3/")
    page.locator("summary", has_text="Curate").click()
    page.get_by_role("link", name="Resolve", exact=True).click()
    page.get_by_label("Number of the run that shows it").fill(str(ran.pk))
    page.get_by_label("What was found").fill("Two components suffice")
    page.get_by_role("button", name="Sign").click()
    expect(page.locator(".problem-head")).to_contain_text("Resolved")
    expect(page.locator(".callout[data-tone=good]")).to_contain_text(f"by run {ran.pk}: Two components suffice")
    expect(page.locator("#status")).to_contain_text("Open → Resolved")


def test_an_operator_names_a_curator_who_pauses_a_class(page):
    make_member("carol")
    call_command("make_curator", "carol")
    sign_in(page, "carol", "/operations/")
    expect(page.get_by_role("heading", name="What to look at")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Pauses").click()
    page.get_by_label(re.compile("class", re.IGNORECASE)).first.select_option("gpu")
    page.get_by_label(re.compile("reason|why", re.IGNORECASE)).fill("The machine room is being moved")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.goto("/workers/")
    expect(page.get_by_role("main")).to_contain_text("Class gpu is paused by a curator")
    page.goto("/operations/pauses/")
    page.get_by_role("button", name=re.compile("^Lift")).click()
    expect(page.get_by_role("main")).to_contain_text("Lifted")
