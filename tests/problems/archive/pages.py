"""Every kind of page of the catalogue that a visitor sees, as it is now."""

import re
from collections.abc import Iterator

from django.test import Client
from django.urls import reverse
from django.utils.text import slugify

from problems.models import Category, Comment, Idea, Problem, Proposal, User

LISTS = [
    *("", "?page=2", "?q=quagga", "?q=quagga&view=cards", "?q=okapi", "?view=cards&claims=some", "?claimed=free"),
    *("?status=resolved&status=open", "?sort=active", "?sort=-difficulty", "?subcategory=-", "?difficulty=%3F"),
    *("?discussion=some", "?predictions=some", "?work=some&help=yes", "?category=10", "?q=nothingness&difficulty=D"),
]
PLAIN = ("front", "find", "ideas", "proposals", "data-schema", "feed", "api-problems")


def public_pages() -> list[str]:
    """The problems are those that something happened to, one that is merged, and one that nothing happened to."""
    return [
        *(reverse(name) for name in PLAIN),
        *(reverse(name) + query for name in ("problems", "problems-csv", "problems-json") for query in LISTS),
        *("/api/problems/?q=quagga", "/problems/find/?asked=yes", "/ideas/?state=closed", "/difficulty/unknown/"),
        *(reverse("difficulty", args=[letter]) for letter in "ABCD"),
        *(page for number in happened_to() for page in pages_of_problem(number)),
        *(page for category in Category.objects.all() for page in pages_of_category(category)),
        *(reverse("person", args=[person.username]) for person in User.objects.order_by("pk")),
        *(idea.get_absolute_url() for idea in Idea.objects.public()),
        *(proposal.get_absolute_url() for proposal in Proposal.objects.approved().order_by("pk")),
        *(
            page
            for comment in Comment.objects.public().exclude(body__startswith="Note ")
            for page in pages_of_comment(comment.pk)
        ),
    ]


def happened_to() -> list[str]:
    added = Problem.objects.exclude(added_by=None).order_by("pk").values_list("number", flat=True)
    return ["1.10", "2.2", "2.25", "4.1", *(f"5.{n}" for n in range(3, 10)), *added]


def pages_of_problem(number: str) -> Iterator[str]:
    for name in ("problem", "alias", "revisions", "problem-feed", "api-problem", "api-comments"):
        yield reverse(name, args=[number])
    yield reverse("revision", args=[number, 1])
    yield reverse("problem", args=[number]) + "?itself&page=2&list=difficulty%3DB"
    yield reverse("revisions", args=[number]) + "?from=1&to=3"


def pages_of_category(category: Category) -> Iterator[str]:
    yield category.get_absolute_url()
    yield reverse("category-feed", args=[category.pk])
    for name in sorted(set(category.problems.exclude(subcategory="").values_list("subcategory", flat=True))):
        yield reverse("subcategory", args=[category.pk, slugify(name)])


def pages_of_comment(key: int) -> list[str]:
    return [reverse("comment", args=[key]), reverse("api-comment", args=[key])]


def shown(pages: list[str]) -> dict[str, str]:
    """Where it leads, or what it says. Tokens of forms are of each visit."""
    return {url: said_at(url) for url in pages}


def said_at(url: str) -> str:
    answer = Client().get(url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    said = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", content.decode())
    assert answer.status_code in (200, 302), f"{url}: {answer.status_code}"
    return f"{answer.status_code} {answer.get('Location', '')}\n{said}"
