"""How many problems each choice of each filter would show, given the other filters."""

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from problems.filters import BLANK, CHOICES, NOT_BLANK, ProblemFilter, chosen_values
from problems.models import Category
from problems.models.entries import DIGITS, ListEntryQuerySet
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


PLACES = {"category", "subcategory"}
REPORTED = DIGITS["reported"][1]
# Of each filter by traits: the values, of which exactly one holds for a problem.
VALUES: dict[str, tuple[str, ...]] = {name: DIGITS[name][1] for name in CHOICES if name in DIGITS} | {
    "claimed": ("free", "claimed"),
    "status": (Status.OPEN.value, *REPORTED[1:], Status.BEING_WORKED_ON.value),
}


@dataclass(frozen=True)
class Kinds:
    """Problems with the same traits, claimed or not, and how many there are of each kind. A large list has thousands
    of kinds, so they stand in columns and are counted as such."""

    traits: np.ndarray  # each (kind,)
    is_claimed: np.ndarray
    n: np.ndarray

    def places(self, name: str) -> np.ndarray:
        """For each kind, the place of its value among VALUES."""
        if name == "claimed":
            return self.is_claimed.astype(np.int64)
        found = digit(self.traits, "reported" if name == "status" else name)
        if name == "status":
            found[(found == 0) & self.is_claimed] = len(REPORTED)
        return found

    def has(self, name: str, values: frozenset[str]) -> np.ndarray:
        """Which kinds have one of these values."""
        is_one: np.ndarray = np.array([value in values for value in VALUES[name]])
        return np.asarray(is_one[self.places(name)])

    def limited_to(self, fixed: Mapping[str, frozenset[str]]) -> "Kinds":
        """To what the page stands for: a database that is asked for it goes to every row instead of the index."""
        kinds = self
        for name, values in fixed.items():
            is_here = kinds.has(name, values)
            kinds = Kinds(kinds.traits[is_here], kinds.is_claimed[is_here], kinds.n[is_here])
        return kinds


def digit(traits: np.ndarray, name: str) -> np.ndarray:
    weight, values = DIGITS[name]
    return traits // weight % len(values)


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

    narrowed = {*ground - set(values), *PLACES & set(chosen)}
    read_kinds = kinds_of_part if narrowed else kinds_of_all
    kinds = read_kinds(problem_filter.only(*narrowed), problem_filter.now)
    kinds = kinds.limited_to({name: some for name, some in values.items() if name in fixed})
    n_within = count_kinds(found, kinds, wanted)
    # By a cursor, for which PostgreSQL never starts processes: it believes that few pass, and then each brings many.
    for subcategory, category, n in problem_filter.only(*ground, *wanted).tallied_by_category().iterator():
        count_place(found, category, subcategory, n, chosen)

    if not PLACES & set(chosen):
        found.n_ground = n_within
    else:
        found.n_ground = problem_filter.only(*ground).count() if wanted else found.categories.total()
    return found


def kinds_of_part(entries: ListEntryQuerySet, now: datetime.datetime) -> Kinds:
    traits, is_claimed, n = np.array(list(entries.tallied_by_traits(now)), dtype=np.int64).reshape(-1, 3).T
    return Kinds(traits, is_claimed == 1, n)


def kinds_of_all(entries: ListEntryQuerySet, now: datetime.datetime) -> Kinds:
    rows = np.array(list(entries.all_tallied_by_traits(now)), dtype=np.int64).reshape(-1, 3)
    (every, _, n), (claimed, _, n_claimed) = rows[rows[:, 1] == 0].T, rows[rows[:, 1] == 1].T
    return Kinds(  # the free ones are all of them less the claimed ones
        traits=np.concatenate([every, claimed, claimed]),
        is_claimed=np.repeat([False, False, True], [len(every), len(claimed), len(claimed)]),
        n=np.concatenate([n, -n_claimed, n_claimed]),
    )


def count_kinds(found: Tally, kinds: Kinds, wanted: Mapping[str, frozenset[str]]) -> int:
    """Returns how many problems there are, whatever is wanted."""
    failed = {name: ~kinds.has(name, values) for name, values in wanted.items()}
    n_failed = sum(failed.values(), np.zeros(len(kinds.n), dtype=np.int64))
    passing = np.where(n_failed == 0, kinds.n, 0)
    found.n = int(passing.sum())
    for name, values in VALUES.items():
        shown = passing
        if name in failed:
            shown = np.where((n_failed == 0) | ((n_failed == 1) & failed[name]), kinds.n, 0)
            found.held_back[name] += int(shown.sum()) - found.n
        counted = np.bincount(kinds.places(name), weights=shown, minlength=len(values))
        found.traits[name] = Counter(dict(zip(values, map(int, counted), strict=True)))
    return int(kinds.n.sum())


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
