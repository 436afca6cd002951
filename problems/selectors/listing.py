"""Assembles the list of problems from a query string."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse

from problems.evidence import ResultCell, result_cells
from problems.filters import SORTS, ProblemFilter
from problems.models import Problem
from problems.selectors.facets import Facet, facets_of

ROWS_PER_PAGE = 100


@dataclass(frozen=True)
class Chosen:
    """A filter in use: what it says, the address without it, and how many problems there would be then."""

    text: str
    url_without: str
    n_without: int | None


@dataclass(frozen=True)
class Row:
    problem: Problem
    result: ResultCell | None


@dataclass(frozen=True)
class Listing:
    rows: list[Row]
    page: "Page[Problem]"
    n_all: int
    facets: dict[str, Facet]
    chosen: list[Chosen]
    mistakes: list[str]
    words: str
    sort: str
    query: str  # canonical, without the page number

    @property
    def url(self) -> str:
        number = self.page.number
        return list_url(self.query, f"page={number}" if number > 1 else "")

    @property
    def sorts(self) -> dict[str, str]:
        return SORTS


def listing(params: QueryDict) -> Listing:
    params = without_foreign_subcategory(params)
    problem_filter = ProblemFilter(params, queryset=Problem.objects.with_evidence())
    page = Paginator(problem_filter.found.with_status().with_row_details(), ROWS_PER_PAGE).get_page(params.get("page"))
    problems = list(page.object_list)
    cells = result_cells(problems)
    return Listing(
        rows=[Row(problem, cells.get(problem.pk)) for problem in problems],
        page=page,
        n_all=Problem.objects.count(),
        facets={facet.name: facet for facet in facets_of(problem_filter)},
        chosen=describe_chosen(problem_filter, with_counts=not problems),
        mistakes=mistakes_of(problem_filter),
        words=params.get("q", ""),
        sort=problem_filter.form.cleaned_data.get("sort") or "number",
        query=query_of(problem_filter),
    )


def without_foreign_subcategory(params: QueryDict) -> QueryDict:
    """A subcategory of another category is dropped: the reader has just moved to that category."""
    category, subcategory = params.get("category", ""), params.get("subcategory")
    if not subcategory or not category.isdecimal():
        return params
    if Problem.objects.filter(category=int(category[:9]), subcategory=subcategory).exists():
        return params
    kept = params.copy()
    del kept["subcategory"]
    return kept


def query_of(problem_filter: ProblemFilter, *, leave_out: str = "") -> str:
    """The filters in use as a query string, in a fixed order, so that equal lists have equal addresses."""
    values = {name: value for name, value in problem_filter.chosen.items() if name != leave_out}
    sort = problem_filter.form.cleaned_data.get("sort")
    if sort and sort != "number":
        values["sort"] = sort
    return urlencode(values, doseq=True)


def list_url(*queries: str) -> str:
    query = "&".join(part for part in queries if part)
    return reverse("problems") + (f"?{query}" if query else "")


def describe_chosen(problem_filter: ProblemFilter, *, with_counts: bool) -> list[Chosen]:
    return [
        Chosen(
            text=describe(name, value),
            url_without=list_url(query_of(problem_filter, leave_out=name)),
            n_without=problem_filter.without(name, "sort").count() if with_counts else None,
        )
        for name, value in problem_filter.chosen.items()
    ]


def describe(name: str, value: object) -> str:
    match name, value:
        case "q", str(words):
            return f"“{words}”"
        case "difficulty", list(letters):
            return "difficulty " + " or ".join("unknown" if letter == "?" else letter for letter in letters)
        case "work", _:
            return "existing work" if value == "some" else "no existing work"
        case "help", _:
            return "help wanted"
        case "recipe", _:
            return "has a recipe" if value == "yes" else "runs on a laptop"
        case "claimed", _:
            return str(value)
    return f"{name} {value}"


def mistakes_of(problem_filter: ProblemFilter) -> list[str]:
    """One plain sentence for each value in the address that means nothing."""
    return [
        f"{problem_filter.filters[name].label}: {error}"
        for name, errors in problem_filter.errors.items()
        for error in errors
    ]
