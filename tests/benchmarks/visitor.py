"""Who asks for pages in the benchmark: somebody who passes by and a researcher who is signed in and follows things.

Each asks for another filter, word, problem or person each time.
"""

import datetime
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone
from django.utils.text import slugify

from problems.models import Category, ListEntry, Problem, SavedFilter, User
from problems.services.following import follow

FILTERS = [
    "difficulty=B",
    "claimed=free&difficulty=A&difficulty=B",
    "work=none&recipe=yes",
    "status=being-worked-on",
    "results=succeeded&sort=runs",
    "discussion=some&sort=active",
    "starred=yes&help=yes&sort=-difficulty",
    "recipe=laptop&claimed=free&sort=difficulty",
    "claims=none&predictions=none&view=cards",
]
BUSIEST = 20
RESEARCHER = "researcher"


class Page(NamedTuple):
    name: str
    url: Callable[[], str]
    client: Client


class Visitor:
    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.numbers = list(Problem.objects.values_list("number", flat=True))
        self.busiest = [str(entry) for entry in ListEntry.objects.order_by("-n_comments", "-n_runs")[:BUSIEST]]
        self.categories = sorted({number.partition(".")[0] for number in self.numbers})
        self.people = list(User.objects.values_list("username", flat=True))
        named = ListEntry.objects.exclude(subcategory="").order_by().values_list("category", "subcategory").distinct()
        self.subcategories = [f"/categories/{number}/{slugify(name)}/" for number, name in named[:100]]
        some = Problem.objects.order_by("?").values_list("statement", flat=True)[:50]
        self.words = sorted({word.strip(".,;:?()") for text in some for word in text.split() if len(word) > 3})
        self.anybody, self.researcher = Client(), Client()
        self.researcher.force_login(self._researcher())

    def _researcher(self) -> User:
        """Has been here for a year, and follows twenty problems, a category and a list."""
        joined = timezone.now() - datetime.timedelta(days=365)
        person = User.objects.create(username=RESEARCHER, date_joined=joined)
        saved = SavedFilter.objects.create(owner=person, name="For an afternoon", query="difficulty=A&recipe=laptop")
        for problem in Problem.objects.filter(number__in=[*self.busiest[:10], *self.numbers[:10]]):
            follow(person, problem=problem)
        follow(person, category=Category.objects.latest("number"))
        follow(person, saved_filter=saved)
        return person

    def pages(self) -> Iterator[Page]:
        for name, url in self._urls().items():
            yield Page(name, url, self.anybody)
            if name in ("front", "list", "problem", "problem, busy"):
                yield Page(f"{name}, signed in", url, self.researcher)

    def _urls(self) -> dict[str, Callable[[], str]]:
        choose = self.chance.choice
        return {
            "front": lambda: "/",
            "list": lambda: f"/problems/?page={choose(range(1, 5))}",
            "list, cards": lambda: f"/problems/?view=cards&page={choose(range(1, 5))}",
            "list, filtered": lambda: f"/problems/?{choose(FILTERS)}",
            "list, filtered, in a category": lambda: f"/problems/?{choose(FILTERS)}&category={choose(self.categories)}",
            "search": lambda: f"/problems/?q={choose(self.words)}+{choose(self.words)}",
            "search while typing": lambda: f"/problems/?q={choose(self.words)[: choose(range(2, 6))]}",
            "search, filtered": lambda: f"/problems/?q={choose(self.words)}&{choose(FILTERS)}",
            "category": lambda: f"/categories/{choose(self.categories)}/",
            "subcategory": lambda: choose(self.subcategories),
            "difficulty": lambda: f"/difficulty/{choose('ABCD')}/",
            "problem": lambda: f"/problems/{choose(self.numbers)}/",
            "problem, busy": lambda: f"/problems/{choose(self.busiest)}/",
            "problem, of a list": lambda: f"/problems/{choose(self.numbers)}/?{urlencode({'list': choose(FILTERS)})}",
            "find me a problem": lambda: f"/problems/find/?minutes=30&category={choose(self.categories)}",
            "person": lambda: f"/people/{choose(self.people)}/",
            "ideas": lambda: "/ideas/",
            "experiments": lambda: "/experiments/",
            "export, its beginning": lambda: f"/problems/export.csv?{choose(FILTERS)}",
        }
