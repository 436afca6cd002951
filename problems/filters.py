"""The filters of the catalogue: one class for the pages, the exports, the API and saved filters."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Case, Q, Value, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from problems.models import LETTERS, Alias, ListEntry, Problem
from problems.models.entries import RANGES, ListEntryQuerySet, has_trait, is_claimed, says_trait
from problems.search.engines import engine, keys_found, keys_looked_up
from problems.search.relevance import keys_best_first
from problems.search.words import asked_words
from problems.shared_fields import Shared
from problems.status import Status

SORTS = {
    "number": "number",
    "relevance": "best match",
    "difficulty": "easiest first",
    "-difficulty": "hardest first",
    "active": "claimed lately",
    "runs": "most runs",
}
VIEWS = {"table": "Table", "cards": "Cards"}
BLANK, NOT_BLANK = "-", "*"
AskedOfTrait = Callable[[str, Collection[str]], Q]  # that one of these values of a trait holds


@dataclass(frozen=True)
class Choice:
    """One choice of a filter: it lets through what has one of these values of a trait."""

    value: str
    label: str
    lets_through: frozenset[str]
    text: str  # how a filter in use reads, such as "no existing work"


def choice(value: str, label: str, *lets_through: str, text: str = "") -> Choice:
    return Choice(value, label, frozenset(lets_through or (value,)), text or label)


def some_or_none(what: str) -> list[Choice]:
    return [choice("none", "none", text=f"no {what}"), choice("some", "some", text=what)]


# Every filter that asks for a trait, by its name in the address. The list, the facets and the exports read this table.
CHOICES: dict[str, list[Choice]] = {
    "difficulty": [
        *(choice(letter, letter, *(r for r in RANGES if r and r[0] <= letter <= r[1])) for letter in LETTERS),
        choice("?", "?", "", text="unknown"),
        choice("known", "known", *RANGES[1:]),
    ],
    "status": [choice(status.value, status.label) for status in Status],
    "claimed": [choice("free", "free"), choice("claimed", "claimed")],
    "claims": [
        choice("none", "never", text="never claimed"),
        choice("some", "ever", text="claimed at some time"),
    ],
    "work": some_or_none("existing work"),
    "help": [choice("yes", "wanted", text="help wanted"), choice("no", "not asked for", text="no help asked for")],
    "recipe": [
        choice("yes", "yes", "full", "laptop", text="has a recipe"),
        choice("laptop", "on a laptop", text="runs on a laptop"),
        choice("no", "none", text="no recipe"),
    ],
    "results": [
        choice("none", "none", text="never run"),
        choice("some", "some run", "runs", "succeeded", text="has runs"),
        choice("succeeded", "a run succeeded", text="a run succeeded"),
    ],
    "discussion": some_or_none("discussion"),
    "predictions": some_or_none("predictions"),
    "starred": [
        choice("yes", "yes", text="starred in the source"),
        choice("no", "no", text="not starred in the source"),
        choice("unknown", "not known", text="star not known"),
        choice("known", "known", "yes", "no", text="star known"),
    ],
}
SEVERAL = ("difficulty", "status")  # of these one may choose more than one


def condition(name: str, values: frozenset[str], now: datetime.datetime, *, asked: AskedOfTrait = says_trait) -> Q:
    """What passes a filter for any of these values of a trait. Two traits depend on the clock."""
    if not values:
        return Q(pk__in=[])
    if name == "claimed":
        return Q.create([is_claimed(now) if value == "claimed" else ~is_claimed(now) for value in values], Q.OR)
    if name == "status":
        return Q.create([status_is(value, now, asked) for value in values], Q.OR)
    return asked(name, values)


def status_is(value: str, now: datetime.datetime, asked: AskedOfTrait) -> Q:
    """Few problems have a status that rests on more than claims, and those stand together in an index."""
    match value:
        case Status.OPEN:
            return asked("reported", [""]) & ~is_claimed(now)
        case Status.BEING_WORKED_ON:
            return asked("reported", [""]) & is_claimed(now)
    return Q(reported=value)


def chosen_values(name: str, chosen: Any) -> frozenset[str]:
    """The values of a trait that the choices of a filter let through."""
    wanted = chosen if isinstance(chosen, list) else [chosen]
    return frozenset[str]().union(*(one.lets_through for one in CHOICES[name] if one.value in wanted))


def is_one_of(keys: list[int]) -> RawSQL:
    """Whether an entry is that of one of these problems."""
    return engine().is_among("problems_listentry.problem_id", keys)


def not_one_of(allowed: Sequence[str]) -> Mapping[str, str]:
    return {"invalid_choice": f"“%(value)s” is not one of {', '.join(allowed)}."}


def one_of(name: str, label: str) -> django_filters.Filter:
    """A filter by a trait: of some one may choose several, of the others one or any."""
    several = name in SEVERAL
    allowed = {} if several else {"any": "any"}
    allowed |= {one.value: one.label for one in CHOICES[name]}
    kind = django_filters.MultipleChoiceFilter if several else django_filters.ChoiceFilter
    options: dict[str, Any] = {"choices": list(allowed.items()), "error_messages": not_one_of(list(allowed))}
    return kind(method="with_trait", label=label, **options)


def named(options: Mapping[str, str], label: str, method: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        choices=list(options.items()), method=method, label=label, error_messages=not_one_of(list(options))
    )


class WholeNumberFilter(django_filters.Filter):
    field_class = forms.IntegerField


class ProblemFilter(django_filters.FilterSet):
    """Filters the entries of the list."""

    q = django_filters.CharFilter(method="search", label="Search", max_length=200)
    difficulty = one_of("difficulty", "Difficulty")
    category = WholeNumberFilter(label="Category", min_value=0, max_value=9999)
    subcategory = django_filters.CharFilter(method="in_subcategory", label="Subcategory", max_length=120)
    status = one_of("status", "Status")
    claimed = one_of("claimed", "Claimed")
    claims = one_of("claims", "Ever claimed")
    work = one_of("work", "Existing work")
    help = one_of("help", "Help")
    recipe = one_of("recipe", "Recipe")
    results = one_of("results", "Results")
    discussion = one_of("discussion", "Discussion")
    predictions = one_of("predictions", "Predictions")
    starred = one_of("starred", "Starred in the source")
    sort = named(SORTS, "Sort", "sorted_by")
    view = named(VIEWS, "View", "as_it_is")

    class Meta:
        model = ListEntry
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: Any = None, **kwargs: Any) -> None:
        super().__init__(data, ListEntry.objects.all() if queryset is None else queryset, **kwargs)
        self.now = timezone.now()

    @classmethod
    def get_filters(cls) -> "Shared":
        return Shared(super().get_filters())

    @classmethod
    @cache
    def get_form_class(cls) -> Any:
        fields = {name: one.field for name, one in cls.base_filters.items()}
        form: Any = type("ProblemFilterForm", (forms.Form,), fields)
        form.base_fields = Shared(form.base_fields)
        return form

    def search(self, entries: ListEntryQuerySet, name: str, query: str) -> ListEntryQuerySet:
        return entries.filter(self.is_found) if self.asked else entries.none()

    @cached_property
    def is_found(self) -> RawSQL:
        if self.sort_in_use != "relevance":
            return is_one_of(keys_looked_up("problems_search", self.asked))
        return is_one_of([key for keys in self.best_first for key in keys])

    def in_subcategory(self, entries: ListEntryQuerySet, name: str, value: str) -> ListEntryQuerySet:
        if value == NOT_BLANK:
            return entries.exclude(subcategory="")
        return entries.filter(subcategory="" if value == BLANK else value)

    def with_trait(self, entries: ListEntryQuerySet, name: str, chosen: Any) -> ListEntryQuerySet:
        if chosen in EMPTY:
            return entries
        return entries.filter(condition(name, chosen_values(name, chosen), self.now, asked=has_trait))

    def as_it_is(self, entries: ListEntryQuerySet, name: str, value: str) -> ListEntryQuerySet:
        return entries

    def sorted_by(self, entries: ListEntryQuerySet, name: str, value: str) -> ListEntryQuerySet:
        match value:
            case "difficulty":
                return entries.by_difficulty()
            case "-difficulty":
                return entries.by_difficulty(hardest_first=True)
            case "active":
                return entries.by_activity()
            case "runs":
                return entries.by_runs()
            case "relevance" if self.asked:
                return self.by_relevance(entries)
        return entries.by_number()

    def in_order(self, entries: ListEntryQuerySet) -> ListEntryQuerySet:
        return self.sorted_by(entries, "sort", self.sort_in_use)

    @cached_property
    def best_first(self) -> list[list[int]]:
        return keys_best_first(self.asked)

    def by_relevance(self, entries: ListEntryQuerySet) -> ListEntryQuerySet:
        """See problems/search: a number asked for by name, then the place where all the words stand."""
        query = self.form.cleaned_data["q"].strip()
        numbered = Q(pk__in=Problem.objects.filter(number=query).values("pk"))
        by_name = numbered | Q(pk__in=Alias.objects.filter(number=query).values("problem"))
        best_first = [by_name, *(is_one_of(keys) for keys in self.best_first[:-1])]
        rank = Case(*(When(found, then=Value(n)) for n, found in enumerate(best_first)), default=Value(len(best_first)))
        return entries.annotate(relevance=rank).order_by("relevance", "category_id", "index")

    @property
    def asked(self) -> list[str]:
        self.is_valid()
        return asked_words(self.form.cleaned_data.get("q") or "")

    @property
    def sort_in_use(self) -> str:
        self.is_valid()
        return self.form.cleaned_data.get("sort") or ("relevance" if self.asked else "number")

    @property
    def view_in_use(self) -> str:
        self.is_valid()
        return self.form.cleaned_data.get("view") or "table"

    def only(self, *names: str) -> ListEntryQuerySet:
        """What these filters leave of the list, unsorted."""
        self.is_valid()
        entries: Any = self.queryset
        for name in names:
            entries = self.filters[name].filter(entries, self.form.cleaned_data.get(name))
        return cast(ListEntryQuerySet, entries)

    @property
    def found(self) -> ListEntryQuerySet:
        """What passes every filter, sorted; values that mean nothing are left out and stand in `errors`."""
        entries = self.only(*(name for name in self.chosen if name not in CHOICES))
        for name, value in self.chosen.items():
            if name in CHOICES:
                entries = entries.filter(condition(name, chosen_values(name, value), self.now))
        return self.in_order(entries)

    @property
    def qs(self) -> ListEntryQuerySet:
        return self.found

    @property
    def chosen(self) -> dict[str, Any]:
        """The valid values that narrow the list, by name, in the order of the filters."""
        self.is_valid()
        values = self.form.cleaned_data
        return {n: values[n] for n in self.filters if n not in ("sort", "view") and values.get(n) not in EMPTY}


EMPTY: tuple[Any, ...] = (None, "", "any", [])


class PartOfAQuestion(ProblemFilter):
    """For what asks about many filters at once: a search is not looked up beforehand."""

    def search(self, entries: ListEntryQuerySet, name: str, query: str) -> ListEntryQuerySet:
        return entries.filter(pk__in=keys_found("problems_search", self.asked)) if self.asked else entries.none()
