"""The discussion of a problem or an idea: comments in their threads, with what they mention, page by page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from problems.addresses import address
from problems.evidence import run_cards
from problems.markdown import Known, handles_in, html_of, runs_in
from problems.models import Comment, Idea, Problem, User
from problems.selectors.listing import list_url
from problems.services.discussion import is_editable

COMMENTS_PER_PAGE = 100
CARDS_PER_COMMENT = 6


@dataclass(frozen=True)
class ShownText:
    html: SafeString
    cards: list[SafeString]


@dataclass(frozen=True)
class ShownComment:
    comment: Comment
    text: ShownText
    can_edit: bool
    can_remove: bool
    revision: int | None  # the number of the revision of the statement that took it in


@dataclass(frozen=True)
class Discussion:
    comments: list[ShownComment]
    page: "Page[Comment]"
    url: str  # where a comment is sent to
    kept: str  # of the query of this page, for links that begin an answer
    draft: str  # what the form begins with: a quotation, or nothing
    answered: Comment | None  # what the form answers

    @property
    def all_comments(self) -> list[Comment] | None:
        """That somebody may see; None where there are more than stand on this page."""
        is_all = self.page.paginator.num_pages == 1
        return [shown.comment for shown in self.comments] if is_all else None


def discussion_of(
    place: Problem | Idea, user: User | AnonymousUser, query: QueryDict, revisions: Mapping[int, int] | None = None
) -> Discussion:
    """`revisions` are their numbers by history id. `?page=2` turns the page, `?quote=ID` or `?answer=ID` answers."""
    page = page_of(in_threads(place, user), query.get("page"))
    comments = list(page.object_list)
    quoted = comment_asked_for(query.get("quote", ""), place, user)
    answered = quoted or comment_asked_for(query.get("answer", ""), place, user)
    return Discussion(
        comments=list(shown(comments, user, revisions or {})),
        page=page,
        url=post_url(place),
        kept=kept_of(query),
        draft=quotation(quoted) if quoted else "",
        answered=answered,
    )


def page_of(comments: "QuerySet[Comment]", number: str | None) -> "Page[Comment]":
    """Most discussions are short: all of one is read at once then, and nothing needs to be counted before."""
    first = list(comments[: COMMENTS_PER_PAGE + 1])
    return Paginator(first if len(first) <= COMMENTS_PER_PAGE else comments, COMMENTS_PER_PAGE).get_page(number)


def silence_on(place: Problem | Idea) -> Discussion:
    """Where nobody has said anything."""
    page = Paginator(Comment.objects.none(), COMMENTS_PER_PAGE).get_page(1)
    return Discussion(comments=[], page=page, url=post_url(place), kept="", draft="", answered=None)


def kept_of(query: QueryDict) -> str:
    others = query.copy()
    for name in ("quote", "answer"):
        others.pop(name, None)
    return f"{others.urlencode()}&" if others else ""


def in_threads(place: Problem | Idea, user: User | AnonymousUser) -> "QuerySet[Comment]":
    """The oldest thread first, and within a thread the oldest comment."""
    visible = place.comments.visible_to(user).select_related("added_by")
    began, first = Coalesce("answers__created_at", "created_at"), Coalesce("answers_id", F("pk"))
    return visible.order_by(began, first, "created_at", "pk")


def shown(comments: list[Comment], user: User | AnonymousUser, revisions: Mapping[int, int]) -> Iterable[ShownComment]:
    now = timezone.now()
    texts = texts_of([comment.body for comment in comments])
    for comment, text in zip(comments, texts, strict=True):
        is_own = bool(user.pk) and comment.added_by_id == user.pk
        is_there = comment.removed_at is None
        yield ShownComment(
            comment,
            text,
            can_edit=is_own and is_editable(comment, now),
            can_remove=is_there and (is_own or getattr(user, "is_curator", False)),
            revision=revisions.get(comment.taken_in_by or 0),
        )


def texts_of(bodies: list[str], *, first_heading: int = 3) -> list[ShownText]:
    """As HTML, with links to the people and cards of the runs they mention, in a constant number of queries."""
    runs = {body: runs_in(body) for body in bodies}
    cards = run_cards({run for mentioned in runs.values() for run in mentioned})
    known = Known(people_named(bodies), {run: card.url for run, card in cards.items()})
    drawn = {run: render_to_string(card.template, dict(card.context)) for run, card in cards.items()}
    return [
        ShownText(
            mark_safe(html_of(body, known, first_heading=first_heading)),
            [drawn[run] for run in runs[body] if run in drawn][:CARDS_PER_COMMENT],
        )
        for body in bodies
    ]


def people_named(bodies: list[str]) -> dict[str, str]:
    handles = {handle for body in bodies for handle in handles_in(body)}
    if not handles:
        return {}
    found = User.objects.filter(is_active=True).annotate(lower=Lower("username")).filter(lower__in=handles)
    return {name.lower(): address("person", name) for name in found.values_list("username", flat=True)}


def comment_asked_for(pk: str, place: Problem | Idea, user: User | AnonymousUser) -> Comment | None:
    """One that may be answered here; None for any other number or word."""
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    return in_threads(place, user).filter(pk=int(pk), removed_at=None).first()


def quotation(comment: Comment) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in comment.body.splitlines())
    return f"[{comment.added_by or 'A former member'}]({comment.get_absolute_url()}) wrote:\n\n{lines}\n\n"


def post_url(place: Problem | Idea) -> str:
    if isinstance(place, Problem):
        return address("problem-comments", place.number)
    return address("idea-comments", place.pk)


def address_of(comment: Comment, user: User | AnonymousUser, *, carried_list: str = "") -> str:
    """The page of the discussion on which it stands, and its place there."""
    place = comment.problem or comment.idea
    assert place is not None
    order = list(in_threads(place, user).values_list("pk", flat=True))
    page = order.index(comment.pk) // COMMENTS_PER_PAGE + 1
    asked = {"page": str(page) if page > 1 else "", "list": carried_list}
    query = urlencode({name: value for name, value in asked.items() if value})
    return list_url(place.get_absolute_url(), query) + f"#comment-{comment.pk}"
