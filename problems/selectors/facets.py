"""How many problems each choice of each filter would show, given the other filters."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from problems.filters import BLANK, CHOICES, NOT_BLANK, ProblemFilter, chosen_values
from problems.models import Category
from problems.models.entries import trait_of
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


@dataclass
class Tally:
    """The problems that pass every filter, and those that only one filter holds back, each counted by kind."""

    n: int = 0
    n_ground: int = 0  # whatever the filters say
    held_back: Counter[str] = field(default_factory=Counter)  # by the filter that does it
    kinds: Counter[Kind] = field(default_factory=Counter)
    kinds_held_back: dict[str, Counter[Kind]] = field(default_factory=dict)
    categories: Counter[int] = field(default_factory=Counter)
    subcategories: Counter[str] = field(default_factory=Counter)

    def n_without(self, name: str) -> int:
        return self.n + self.held_back[name]


def tally(problem_filter: ProblemFilter, *, fixed: Mapping[str, Any] | None = None) -> Tally:
    """In one query, whatever is filtered by. Counts on the ground that the search and the `fixed` filters leave."""
    fixed = fixed or {}
    chosen = {name: value for name, value in problem_filter.chosen.items() if name != "q" and name not in fixed}
    wanted = {name: chosen_values(name, value) for name, value in chosen.items() if name in CHOICES}
    category, subcategory = chosen.get("category"), chosen.get("subcategory")
    found = Tally(kinds_held_back={name: Counter() for name in wanted})
    missing: dict[Kind, tuple[str, ...]] = {}

    ground = problem_filter.only("q", *fixed) if "q" in problem_filter.chosen else problem_filter.only(*fixed)
    for in_category, in_subcategory, traits, n_all, n_claimed in ground.tallied(problem_filter.now).iterator():
        found.n_ground += n_all
        for kind, n in (((traits, True), n_claimed), ((traits, False), n_all - n_claimed)):
            if not n:
                continue
            if kind not in missing:
                missing[kind] = tuple(name for name, values in wanted.items() if trait_value(name, kind) not in values)
            fails = missing[kind]
            if category is not None and in_category != category:
                fails = (*fails, "category")
            if subcategory and not is_in(in_subcategory, subcategory):
                fails = (*fails, "subcategory")
            count(found, fails, kind, in_category, in_subcategory, n)
    return found


def count(found: Tally, fails: tuple[str, ...], kind: Kind, category: int, subcategory: str, n: int) -> None:
    if not fails:
        found.n += n
        found.kinds[kind] += n
        found.categories[category] += n
        found.subcategories[subcategory] += n
    elif fails[-1] in ("category", "subcategory") and set(fails) <= {"category", "subcategory"}:
        found.categories[category] += n  # a subcategory belongs to one category and would empty all others
        if fails == ("subcategory",):
            found.subcategories[subcategory] += n
        if len(fails) == 1:
            found.held_back[fails[0]] += n
    elif len(fails) == 1:
        found.held_back[fails[0]] += n
        found.kinds_held_back[fails[0]][kind] += n


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
    counts: Counter[str] = Counter()
    for kinds in (found.kinds, found.kinds_held_back.get(name, Counter[Kind]())):
        for kind, n in kinds.items():
            counts[trait_value(name, kind)] += n
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
