"""Atom feeds of what moves. What awaits approval makes no activity, so it is in none of them."""

import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from problems.models import Activity, Category, Problem, SavedFilter, User
from problems.selectors.following import activity_for, activity_of_filter

ENTRIES = 50


class ActivityFeed(Feed):  # type: ignore[type-arg]  # generic for type checkers only
    """Of everything; the feeds below narrow it, mostly to one thing, which `get_object` finds."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return None

    def title(self, thing: Any) -> str:
        return "Circuitboard: open problems in mechanistic interpretability"

    def link(self, thing: Any) -> str:
        return reverse("front")

    def activity(self, thing: Any) -> Any:
        return Activity.objects.select_related("problem", "idea", "actor")

    def items(self, thing: Any) -> list[Activity]:
        return list(self.activity(thing)[:ENTRIES])

    def item_title(self, item: Activity) -> str:
        where = f"{item.problem.number}: " if item.problem else f"“{item.idea.title}”: " if item.idea else ""
        who = f"{item.actor} " if item.actor else ""
        return f"{where}{who}{item.get_kind_display()}"

    def item_description(self, item: Activity) -> str:
        """Readers take it for HTML."""
        return escape(item.text)

    def item_link(self, item: Activity) -> str:
        return item.url

    def item_guid(self, item: Activity) -> str:
        """Two events may share a page; their addresses here never do."""
        return f"tag:circuitboard,2026:activity-{item.pk}"

    def item_pubdate(self, item: Activity) -> datetime.datetime:
        return item.at

    def item_updateddate(self, item: Activity) -> datetime.datetime:
        return item.at

    def item_author_name(self, item: Activity) -> str:
        return str(item.actor) if item.actor else "Circuitboard"


class EverythingFeed(ActivityFeed):
    def activity(self, thing: None) -> Any:
        return super().activity(thing).told_once()


class ProblemFeed(ActivityFeed):
    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Problem:
        return get_object_or_404(Problem.objects.public(), number=kwargs["number"])

    def title(self, thing: Problem) -> str:
        return f"Circuitboard {thing.number}: {thing.statement[:100]}"

    def link(self, thing: Problem) -> str:
        return thing.get_absolute_url()

    def activity(self, thing: Problem) -> Any:
        return super().activity(thing).filter(problem=thing)


class CategoryFeed(ActivityFeed):
    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Category:
        return get_object_or_404(Category, number=kwargs["number"])

    def title(self, thing: Category) -> str:
        return f"Circuitboard: {thing}"

    def link(self, thing: Category) -> str:
        return thing.get_absolute_url()

    def activity(self, thing: Category) -> Any:
        return super().activity(thing).filter(problem__category=thing)


class OwnFeed(ActivityFeed):
    """Where one person watches; the token in the address stands for signing in."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> User:
        return get_object_or_404(User.objects.exclude(feed_token=""), feed_token=kwargs["token"], is_active=True)

    def title(self, thing: User) -> str:
        return f"Circuitboard: what {thing} watches"

    def link(self, thing: User) -> str:
        return reverse("following")

    def activity(self, thing: User) -> Any:
        return activity_for(thing)


class SavedFilterFeed(ActivityFeed):
    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> SavedFilter:
        owned = SavedFilter.objects.filter(owner__is_active=True).exclude(owner__feed_token="")
        return get_object_or_404(owned, owner__feed_token=kwargs["token"], pk=kwargs["pk"])

    def title(self, thing: SavedFilter) -> str:
        return f"Circuitboard: {thing.name}"

    def link(self, thing: SavedFilter) -> str:
        return f"{reverse('problems')}?{thing.query}"

    def activity(self, thing: SavedFilter) -> Any:
        return activity_of_filter(thing)
