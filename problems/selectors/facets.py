"""How many problems each choice of each filter would show, given the other filters."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from problems.filters import BLANK, CHOICES, NOT_BLANK, ProblemFilter, chosen_values
from problems.models import Category
from problems.models.entries import DIGITS, ListEntryQuerySet, trait_of
from problems.status import Status


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    n: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: tuple[Option, ...]
    is_chosen: bool


Kind = tuple[int, bool]  # the traits of some problems, and whether they are claimed
PLACES = {"category", "subcategory"}
HALF = DIGITS["work"][0]  # cuts the number of the traits into two of about as many values


@dataclass
class Tally:
    """The problems that pass every filter, and those that only one filter holds back."""

    n: int = 0
    n_ground: int = 0  # whatever the filters say
    held_back: Counter[str] = field(default_factory=Counter)  # by the filter that does it
    # By trait and value: what a choice of that filter would show if the others stay as they are.
    traits: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in CHOICES})
    categories: Counter[int] = field(default_factory=Counter)
    subcategories: Counter[str] = field(default_factory=Counter)

    def n_without(self, name: str) -> int:
        return self.n + self.held_back[name]


def tally(problem_filter: ProblemFilter, *, fixed: Mapping[str, Any] | None = None) -> Tally:
    """In two queries, whatever is filtered by: by traits within the category, and by category within the traits."""
    fixed = fixed or {}
    values = {n: chosen_values(n, value) for n, value in problem_filter.chosen.items() if n in CHOICES}
    wanted = {name: some for name, some in values.items() if name not in fixed}
    chosen = {name: value for name, value in problem_filter.chosen.items() if name not in fixed}
    ground = {*fixed, "q"} & set(problem_filter.chosen)
    found = Tally()

    within = problem_filter.only(*ground - set(values), *PLACES & set(chosen))
    kinds = kinds_of(within, problem_filter.now, {name: some for name, some in values.items() if name in fixed})
    n_within = count_kinds(found, kinds, wanted)
    for subcategory, category, n in problem_filter.only(*ground, *wanted).tallied_by_category().iterator():
        count_place(found, category, subcategory, n, chosen)

    if not PLACES & set(chosen):
        found.n_ground = n_within
    else:
        found.n_ground = problem_filter.only(*ground).count() if wanted else found.categories.total()
    return found


def kinds_of(
    entries: ListEntryQuerySet, now: datetime.datetime, fixed: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Kind, int]]:
    """With how many there are of each. What the page stands for is looked at here: a database that is asked for it
    goes to every row instead of the index."""
    for traits, n, n_claimed in entries.tallied_by_traits(now).iterator():
        kinds = [((traits, True), n_claimed), ((traits, False), n - n_claimed)]
        yield from ((kind, n) for kind, n in kinds if n and not fails(kind, fixed))


def fails(kind: Kind, wanted: Mapping[str, frozenset[str]]) -> list[str]:
    return [name for name, values in wanted.items() if trait_value(name, kind) not in values]


def count_kinds(found: Tally, kinds: Iterable[tuple[Kind, int]], wanted: Mapping[str, frozenset[str]]) -> int:
    """A large list has thousands of kinds, so little is done for each: most of all, none is asked for every trait.

    Returns how many problems there are, whatever is wanted.
    """
    low, high = Counter[Kind](), Counter[Kind]()
    total = 0
    for kind, n in kinds:
        total += n
        failed = fails(kind, wanted)
        if not failed:
            traits, is_claimed = kind
            low[traits % HALF, is_claimed] += n
            high[traits - traits % HALF, is_claimed] += n
        elif len(failed) == 1:
            found.held_back[failed[0]] += n
            found.traits[failed[0]][trait_value(failed[0], kind)] += n
    found.n = low.total()
    for name, counts in found.traits.items():
        is_high = name in DIGITS and DIGITS[name][0] >= HALF
        for kind, n in (high if is_high else low).items():
            counts[trait_value(name, kind)] += n
    return total


def count_place(found: Tally, category: int, subcategory: str, n: int, chosen: Mapping[str, Any]) -> None:
    """The categories whatever the subcategory: it belongs to one of them and would empty all others."""
    is_here = chosen.get("category") in (None, category)
    is_there = not chosen.get("subcategory") or is_in(subcategory, chosen["subcategory"])
    found.categories[category] += n
    if is_here:
        found.subcategories[subcategory] += n
    if is_here != is_there:
        found.held_back["subcategory" if is_here else "category"] += n


def is_in(subcategory: str, wanted: str) -> bool:
    return bool(subcategory) == (wanted == NOT_BLANK) if wanted in (BLANK, NOT_BLANK) else subcategory == wanted


@lru_cache(maxsize=200_000)
def trait_value(name: str, kind: Kind) -> str:
    traits, is_claimed = kind
    if name == "claimed":
        return "claimed" if is_claimed else "free"
    if name == "status":
        return trait_of(traits, "reported") or (Status.BEING_WORKED_ON if is_claimed else Status.OPEN).value
    return trait_of(traits, name)


def facets_of(problem_filter: ProblemFilter, found: Tally) -> list[Facet]:
    chosen = problem_filter.chosen
    return [
        *(trait_facet(problem_filter, name, found, chosen) for name in CHOICES),
        category_facet(found, chosen),
        subcategory_facet(found, chosen),
    ]


def trait_facet(problem_filter: ProblemFilter, name: str, found: Tally, chosen: Mapping[str, Any]) -> Facet:
    counts = found.traits[name]
    selected = chosen.get(name, [])
    selected = selected if isinstance(selected, list) else [selected]
    options = tuple(
        Option(one.value, one.label, sum(counts[value] for value in one.lets_through), one.value in selected)
        for one in CHOICES[name]
    )
    return Facet(name, str(problem_filter.filters[name].label), options, name in chosen)


def category_facet(found: Tally, chosen: Mapping[str, Any]) -> Facet:
    options = tuple(
        Option(str(category.pk), str(category), found.categories[category.pk], chosen.get("category") == category.pk)
        for category in Category.objects.only("number", "name")
    )
    return Facet("category", "Category", options, "category" in chosen)


def subcategory_facet(found: Tally, chosen: Mapping[str, Any]) -> Facet:
    """Only what occurs among the problems that the other filters leave, and the one that is chosen."""
    counts, selected = found.subcategories, chosen.get("subcategory", "")
    names = sorted({name for name in (*counts, selected) if name} - {BLANK, NOT_BLANK})
    n_named = sum(n for name, n in counts.items() if name)
    options = (
        *(Option(name, name, counts[name], name == selected) for name in names),
        Option(NOT_BLANK, "with a subcategory", n_named, selected == NOT_BLANK),
        Option(BLANK, "without a subcategory", counts[""], selected == BLANK),
    )
    return Facet("subcategory", "Subcategory", options, bool(selected))
