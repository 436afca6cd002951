"""The filters of the catalogue: one class for the page, the exports and the API."""

from collections.abc import Sequence
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from problems.models import LETTERS, Problem
from problems.models.querysets import (
    ProblemQuerySet,
    has_existing_work,
    is_claimed,
    is_of_difficulty,
    wants_help,
)

ANY = ("any", "any")
SORTS = {
    "number": "number",
    "difficulty": "easiest first",
    "-difficulty": "hardest first",
    "active": "claimed lately",
    "runs": "most runs",
}


def not_one_of(allowed: Sequence[str]) -> dict[str, str]:
    return {"invalid_choice": f"“%(value)s” is not one of {', '.join(allowed)}."}


def choice(*options: tuple[str, str], label: str, method: str = "where") -> django_filters.ChoiceFilter:
    names = [value for value, _ in options]
    return django_filters.ChoiceFilter(choices=options, method=method, label=label, error_messages=not_one_of(names))


class WholeNumberFilter(django_filters.Filter):
    field_class = forms.IntegerField


class ProblemFilter(django_filters.FilterSet):
    """Filters a queryset that carries the evidence counts (`ProblemQuerySet.with_evidence`)."""

    q = django_filters.CharFilter(method="search", label="Search", max_length=200)
    difficulty = django_filters.MultipleChoiceFilter(
        choices=[(letter, letter) for letter in (*LETTERS, "?")],
        method="of_difficulty",
        label="Difficulty",
        error_messages=not_one_of((*LETTERS, "?")),
    )
    category = WholeNumberFilter(field_name="category_id", label="Category", min_value=0, max_value=9999)
    subcategory = django_filters.CharFilter(label="Subcategory", max_length=120)
    claimed = choice(ANY, ("free", "free"), ("claimed", "claimed"), label="Claimed")
    work = choice(ANY, ("none", "none"), ("some", "some"), label="Existing work")
    help = choice(ANY, ("yes", "wanted"), label="Help")
    recipe = choice(ANY, ("yes", "yes"), ("laptop", "on a laptop"), label="Recipe")
    sort = choice(*SORTS.items(), label="Sort", method="sorted_by")

    class Meta:
        model = Problem
        fields: list[str] = []

    def search(self, problems: ProblemQuerySet, name: str, words: str) -> ProblemQuerySet:
        return problems.matching(words)

    def of_difficulty(self, problems: ProblemQuerySet, name: str, letters: list[str]) -> ProblemQuerySet:
        return problems.filter(is_of_difficulty(letters))

    def where(self, problems: ProblemQuerySet, name: str, value: str) -> ProblemQuerySet:
        return problems if value == "any" else problems.filter(CONDITIONS[name][value]())

    def sorted_by(self, problems: ProblemQuerySet, name: str, value: str) -> ProblemQuerySet:
        match value:
            case "difficulty":
                return problems.by_difficulty()
            case "-difficulty":
                return problems.by_difficulty(hardest_first=True)
            case "active":
                return problems.by_activity()
            case "runs":
                return problems.by_runs()
        return problems

    def without(self, *names: str) -> ProblemQuerySet:
        """What the other filters leave: the ground on which a facet is counted."""
        problems: Any = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name not in names:
                problems = self.filters[name].filter(problems, value)
        return cast(ProblemQuerySet, problems)

    @property
    def found(self) -> ProblemQuerySet:
        """What passes every filter, sorted; values that mean nothing are left out and stand in `errors`."""
        self.is_valid()
        return self.without()

    @property
    def chosen(self) -> dict[str, Any]:
        """The valid values that narrow the list, by name, in the order of the filters."""
        self.is_valid()
        values = self.form.cleaned_data
        return {name: values[name] for name in self.filters if name != "sort" and values.get(name) not in EMPTY}


EMPTY: tuple[Any, ...] = (None, "", "any", [])

# What each choice of a filter means; the facets count with the same conditions.
CONDITIONS: dict[str, dict[str, Any]] = {
    "difficulty": {letter: lambda letter=letter: is_of_difficulty([letter]) for letter in (*LETTERS, "?")},
    "claimed": {
        "free": lambda: ~is_claimed(timezone.now()),
        "claimed": lambda: Q(is_claimed(timezone.now())),
    },
    "work": {"none": lambda: ~has_existing_work(), "some": lambda: Q(has_existing_work())},
    "help": {"yes": lambda: Q(wants_help())},
    "recipe": {"yes": lambda: Q(n_recipes__gt=0), "laptop": lambda: Q(n_laptop_recipes__gt=0)},
}
