"""How many problems each choice of each filter would show, given the other filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Sum, When

from problems.filters import CONDITIONS, ProblemFilter
from problems.models import Category


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


def facets_of(problem_filter: ProblemFilter) -> list[Facet]:
    """A constant number of queries: the facets whose own filter is not in use share one."""
    counts = count_conditions(problem_filter)
    chosen = problem_filter.chosen
    return [
        *(facet(problem_filter, name, counts[name], chosen) for name in CONDITIONS),
        category_facet(problem_filter, chosen),
        subcategory_facet(problem_filter, chosen),
    ]


def count_conditions(problem_filter: ProblemFilter) -> dict[str, dict[str, int]]:
    chosen = problem_filter.chosen
    idle = [name for name in CONDITIONS if name not in chosen]
    counts = count_together(problem_filter, idle)
    for name in CONDITIONS:
        if name in chosen:
            counts |= count_together(problem_filter, [name])
    return counts


def count_together(problem_filter: ProblemFilter, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Counts every choice of `names` in one query, as if none of them were filtered by."""
    keys = {f"n{i}_{j}": (name, value) for i, name in enumerate(names) for j, value in enumerate(CONDITIONS[name])}
    marked = problem_filter.without(*names, "sort").annotate(
        **{key: Case(When(CONDITIONS[name][value](), then=1), default=0) for key, (name, value) in keys.items()}
    )
    totals = marked.aggregate(**{f"sum_{key}": Sum(key, default=0) for key in keys})
    counts: dict[str, dict[str, int]] = {}
    for key, (name, value) in keys.items():
        counts.setdefault(name, {})[value] = totals[f"sum_{key}"]
    return counts


def facet(problem_filter: ProblemFilter, name: str, counts: Mapping[str, int], chosen: dict[str, Any]) -> Facet:
    choices = dict(problem_filter.filters[name].extra["choices"])
    selected = chosen.get(name, [])
    selected = selected if isinstance(selected, list) else [selected]
    options = tuple(Option(value, choices[value], n, value in selected) for value, n in counts.items())
    return Facet(name, str(problem_filter.filters[name].label), options, name in chosen)


def category_facet(problem_filter: ProblemFilter, chosen: dict[str, Any]) -> Facet:
    """Without the subcategory too: it belongs to one category and would empty all others."""
    counts = count_values(problem_filter, "category_id", without=("category", "subcategory"))
    options = tuple(
        Option(
            str(category.number), str(category), counts.get(category.number, 0), chosen.get("category") == category.pk
        )
        for category in Category.objects.only("number", "name")
    )
    return Facet("category", "Category", options, "category" in chosen)


def subcategory_facet(problem_filter: ProblemFilter, chosen: dict[str, Any]) -> Facet:
    """Only what occurs among the problems that the other filters leave, and the one that is chosen."""
    counts = count_values(problem_filter, "subcategory", without=("subcategory",))
    selected = chosen.get("subcategory", "")
    names = sorted({name for name in (*counts, selected) if name})
    options = tuple(Option(name, name, counts.get(name, 0), name == selected) for name in names)
    return Facet("subcategory", "Subcategory", options, bool(selected))


def count_values(problem_filter: ProblemFilter, field: str, *, without: tuple[str, ...]) -> dict[Any, int]:
    problems = problem_filter.without(*without, "sort").order_by()
    return dict(problems.values_list(field).annotate(n=Count("pk")))
