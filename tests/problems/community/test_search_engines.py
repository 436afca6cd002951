"""What awaits approval is for readers, and not for search engines."""

import pytest

from problems.models import Approval, Comment, HelpWanted, Idea, Problem, Proposal, Reference

pytestmark = pytest.mark.django_db

NOINDEX = '<meta name="robots" content="noindex">'


@pytest.fixture
def pending(problem, idea):
    for model in (Problem, Idea):
        model.objects.update(approval=Approval.PENDING)
    return Proposal.objects.create(category=problem.category, statement="When?", approval=Approval.PENDING)


def test_pages_of_what_awaits_approval_are_kept_out(client, pending, idea):
    urls = ["/problems/5.3/", f"/ideas/{idea.pk}/", f"/proposals/{pending.pk}/", "/proposals/"]
    for url in urls:
        assert NOINDEX in client.get(url).content.decode(), url


def test_once_approved_they_may_be_found(client, problem, idea):
    for url in ("/problems/5.3/", f"/ideas/{idea.pk}/"):
        assert "noindex" not in client.get(url).content.decode(), url


def test_what_waits_on_a_page_that_may_be_found_is_in_no_snippet_of_it(client, problem):
    """Search engines heed it on div, span and section alone."""
    waits = {"problem": problem, "approval": Approval.PENDING}
    Comment.objects.create(body="Look", **waits)
    Reference.objects.create(title="A paper", kind="paper", **waits)
    HelpWanted.objects.create(text="An hour", kind="mentor", **waits)
    page = client.get("/problems/5.3/").content.decode()
    assert "noindex" not in page
    for words in ("<p>Look</p>", "A paper", "Help wanted: a mentor"):
        before = page[: page.index(words)]
        assert max(before.rfind("<div data-nosnippet>"), before.rfind('" data-nosnippet>')) > before.rfind("</section>")
