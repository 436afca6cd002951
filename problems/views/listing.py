"""Lists of problems: the catalogue, a category, a subcategory, a difficulty."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from problems.difficulty import MEANING, RANGES
from problems.models import LETTERS, Category, ListEntry
from problems.selectors.listing import listing

UNKNOWN = "unknown"


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    return shown(request, "problems/list.html", {"title": "Problems"}, fixed={})


@require_safe
def category(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Category, number=number)
    return shown(request, "problems/category.html", context_of(found), fixed={"category": str(number)})


@require_safe
def subcategory(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    found = get_object_or_404(Category, number=number)
    context = context_of(found)
    name = next((name for name, _ in context["subcategories"] if slugify(name) == slug), None)
    if not name:
        raise Http404(f"Category {number} has no subcategory {slug}.")
    context |= {"subcategory": name, "title": f"{name}, {found.name}"}
    return shown(request, "problems/category.html", context, fixed={"category": str(number), "subcategory": name})


@require_safe
def difficulty(request: HttpRequest, letter: str) -> HttpResponse:
    value = "?" if letter == UNKNOWN else letter
    if value not in MEANING:
        raise Http404(f"Difficulties are {', '.join(LETTERS)} and {UNKNOWN}.")
    name = "not known" if value == "?" else letter
    context = {
        "title": f"Difficulty {name}",
        "letter": value,
        "meaning": MEANING[value],
        "ranges": RANGES if value != "?" else "",
        "letters": [*LETTERS, UNKNOWN],
    }
    return shown(request, "problems/difficulty.html", context, fixed={"difficulty": value})


def context_of(found: Category) -> dict[str, Any]:
    return {
        "category": found,
        "title": found.name,
        "resources": found.resources.all(),
        "subcategories": ListEntry.objects.filter(category=found).subcategories(),
        "categories": Category.objects.only("number", "name"),
    }


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, fixed: Mapping[str, str]) -> HttpResponse:
    """The whole page, or the part that a changed filter swaps."""
    base = reverse("problems") if not fixed else request.path
    found = listing(request.GET, base=base, fixed=fixed)
    context = {**context, "listing": found, "has_own_search": True}
    is_swap = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if is_swap:
        response = push_url(render(request, "problems/_list_swap.html", context), found.url)
    else:
        response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
