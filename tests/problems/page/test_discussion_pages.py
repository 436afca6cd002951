import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from problems.evidence import RunCard, register_evidence, registered_evidence
from problems.models import Comment
from problems.services.discussion import add_comment
from tests.problems.test_status import Findings

pytestmark = pytest.mark.django_db

URL = "/problems/5.3/comments/"


def page_of(client, url="/problems/5.3/"):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def comment(problem, dave):
    return add_comment(author=dave, body="Look at $W_E$\n\n* twice", problem=problem)


def test_a_comment_shows_maths_people_and_its_badge(client, as_alice, problem, dave):
    answer = as_alice.post(URL, {"body": "The norm $\\|W_E\\|^2$, as @DAVE and @nobody said"})
    made = Comment.objects.get()
    assert answer["Location"] == f"/comments/{made.pk}/"
    page = page_of(client)
    assert "<math" in page and '<a href="/people/dave/" rel="nofollow noopener">@DAVE</a>' in page
    assert "@nobody" in page and "/people/nobody/" not in page and "awaiting approval" in page


def test_an_empty_comment_says_so_and_a_preview_sends_nothing(as_alice, problem):
    assert "Write something first." in as_alice.post(URL, {"body": " "}).content.decode()
    preview = as_alice.post(URL, {"body": "**bold**", "preview": "yes"}).content.decode()
    part = as_alice.post(URL, {"body": "**bold**", "preview": "yes"}, headers={"HX-Request": "true"}).content.decode()
    assert "<strong>bold</strong>" in preview and "**bold**" in preview and "<html" in preview
    assert "<strong>bold</strong>" in part and "<html" not in part and not Comment.objects.exists()


def test_quoting_works_without_scripts(as_alice, comment):
    page = page_of(as_alice, f"/problems/5.3/?quote={comment.pk}")
    assert f"[@dave](/comments/{comment.pk}/) wrote:\n\n&gt; Look at $W_E$\n&gt;\n&gt; * twice" in page
    assert f'name="answers" value="{comment.pk}"' in page
    as_alice.post(URL, {"body": "Thrice", "answers": comment.pk})
    assert Comment.objects.get(answers=comment).body == "Thrice"


@pytest.mark.parametrize("asked", ["x", "0", "-1", "99", "9" * 40, "٣"])
def test_a_quotation_of_nothing_is_an_empty_form(as_alice, comment, asked):
    assert 'name="answers" value=""' in page_of(as_alice, f"/problems/5.3/?quote={asked}&page={asked}")


def test_a_comment_elsewhere_cannot_be_answered_here(as_alice, comment, problem):
    other = Comment.objects.create(idea=make_idea(), body="x")
    as_alice.post(URL, {"body": "Look", "answers": other.pk})
    assert Comment.objects.latest("pk").answers is None


def make_idea():
    from problems.models import Idea

    return Idea.objects.create(title="An idea", summary="x", kind="hypothesis")


def test_a_long_discussion_has_pages_and_each_comment_an_address(client, problem, dave):
    bodies = [Comment(problem=problem, added_by=dave, body=f"Comment {i}") for i in range(250)]
    made = Comment.objects.bulk_create(bodies)
    first, last = page_of(client), page_of(client, "/problems/5.3/?page=3")
    assert first.count('<article class="comment') == 100 and last.count('<article class="comment') == 50
    assert client.get(f"/comments/{made[0].pk}/")["Location"] == f"/problems/5.3/#comment-{made[0].pk}"
    assert client.get(f"/comments/{made[249].pk}/")["Location"] == f"/problems/5.3/?page=3#comment-{made[249].pk}"


def test_the_number_of_queries_does_not_grow_with_the_comments(client, problem, dave, alice):
    def n_queries():
        with CaptureQueriesContext(connection) as queries, zeal_context():
            page_of(client)
        return len(queries)

    add_comment(author=dave, body="As @alice said, run 1", problem=problem)
    few = n_queries()
    for person in (dave, alice):
        for i in range(20):
            add_comment(author=person, body=f"@dave: $x_{i}$, run {i}", problem=problem)
    assert n_queries() == few


def test_a_run_that_is_mentioned_has_a_card(client, problem, dave):
    class WithCards(Findings):
        def cards(self, runs):
            known = {42: RunCard("/runs/42/", "problems/_choice_of_parts.html", {"field": {"help_text": "run card!"}})}
            return {run: card for run, card in known.items() if run in runs}

    before = registered_evidence()
    register_evidence(WithCards())
    try:
        add_comment(author=dave, body="See run 42, run 43 and /runs/42/", problem=problem)
        page = page_of(client)
    finally:
        register_evidence(before)
    assert page.count('<a href="/runs/42/"') == 2 and '"/runs/43/' not in page and page.count("run card!") == 1


def test_an_idea_has_a_discussion(as_alice, client):
    idea = make_idea()
    as_alice.post(f"/ideas/{idea.pk}/comments/", {"body": "I wonder"})
    assert "I wonder" in page_of(client, f"/ideas/{idea.pk}/")
    assert client.get(f"/comments/{Comment.objects.get().pk}/")["Location"].startswith(f"/ideas/{idea.pk}/#comment-")


def test_a_form_without_its_token_is_refused(alice, comment):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for url in (URL, f"/comments/{comment.pk}/edit/", f"/comments/{comment.pk}/remove/"):
        assert strict.post(url, {"body": "x"}).status_code == 403
