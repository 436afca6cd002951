"""Assembles a list of problems from a query string: the whole catalogue, a category, a subcategory, a difficulty."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse

from problems.filters import BLANK, CHOICES, NOT_BLANK, SORTS, VIEWS, ProblemFilter
from problems.models import Idea, ListEntry, Proposal
from problems.search.engines import MOST_FOUND, keys_found
from problems.search.spelling import suggestions
from problems.selectors.facets import Facet, Tally, facets_of, tally
from problems.selectors.rows import Row, rows_of

ROWS_PER_PAGE = 100
MOST_IDEAS = 5
MOST_PROPOSALS = 20
OF_A_PROPOSAL = ("statement", "created_at", "category__name", "added_by__username")


@dataclass(frozen=True)
class Chosen:
    """A filter in use: what it says, the address without it, and how many problems there would be then."""

    text: str
    url_without: str
    n_without: int


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """The facets have counted already."""

    def __init__(self, entries: Any, n: int) -> None:
        super().__init__(entries, ROWS_PER_PAGE)
        self.n = n

    @cached_property
    def count(self) -> int:
        return self.n


@dataclass(frozen=True)
class Listing:
    rows: list[Row]
    page: "Page[ListEntry]"
    n_all: int
    facets: dict[str, Facet]
    chosen: list[Chosen]
    mistakes: list[str]
    is_capped: bool  # the search found more than it looks at
    suggestions: list[tuple[str, str]]  # what may have been meant where nothing was found, each with its address
    words: str
    asked: list[str]
    sort: str
    view: str
    base: str  # the path of this page
    query: str  # canonical, without what the page itself stands for and without the page number
    whole_query: str  # the same with what the page stands for: what an export or a saved filter needs
    is_grouped: bool  # whether rows stand under the names of their subcategories
    ideas: list[Idea]  # that the search found too
    proposals: list[Proposal]  # that await approval: shown, but no part of any count

    @property
    def url(self) -> str:
        number = self.page.number
        return list_url(self.base, self.query, f"page={number}" if number > 1 else "")

    @property
    def carried(self) -> str:
        """What a link to a problem carries of this list, for the way to the next one there."""
        return carrying(self.whole_query)

    @property
    def most_found(self) -> str:
        return f"{MOST_FOUND:,}"

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """In a category, in the order of its numbers, under the names of its subcategories; else all under none."""
        if not self.is_grouped or self.sort != "number":
            return [("", self.rows)]
        return [
            (name or "Without a subcategory", list(rows))
            for name, rows in groupby(self.rows, key=lambda row: row.entry.subcategory)
        ]

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """The value, the name, whether in use. What is in use by itself has no value: typing words may change it."""
        default = "relevance" if self.asked else "number"
        offered = {value: label for value, label in SORTS.items() if value != "relevance" or self.asked}
        return [("" if value == default else value, label, value == self.sort) for value, label in offered.items()]

    @property
    def views(self) -> list[tuple[str, str, str]]:
        """Each view with its name and the address at which this list is shown that way."""
        kept = QueryDict(self.query, mutable=True)
        kept.pop("view", None)
        query = kept.urlencode()
        return [
            (name, label, list_url(self.base, query, "" if name == "table" else f"view={name}"))
            for name, label in VIEWS.items()
        ]

    @property
    def worth_dropping(self) -> list[Chosen]:
        """Where nothing is found: the filters whose loss alone gives something, the most first."""
        return sorted((one for one in self.chosen if one.n_without), key=lambda one: -one.n_without)

    @property
    def more_is_chosen(self) -> bool:
        """Whether a filter is in use that is folded away otherwise."""
        return any(self.facets[name].is_chosen for name in MORE if name in self.facets)


MORE = ("status", "claims", "results", "discussion", "predictions", "starred")


def listing(params: QueryDict, *, base: str = "", fixed: Mapping[str, str] | None = None) -> Listing:
    """`fixed` filters are what the page at `base` stands for; nobody can drop them there."""
    fixed = fixed or {}
    problem_filter = ProblemFilter(without_foreign_subcategory(with_fixed(params, fixed)))
    found = tally(problem_filter, fixed=fixed)
    page = CountedPaginator(problem_filter.found, found.n).get_page(params.get("page"))
    asked = problem_filter.asked
    base = base or reverse("problems")
    return Listing(
        rows=rows_of(list(page.object_list), asked, problem_filter.now),
        page=page,
        n_all=problem_filter.only(*fixed).count() if "q" in problem_filter.chosen else found.n_ground,
        facets={facet.name: facet for facet in facets_of(problem_filter, found) if facet.name not in fixed},
        chosen=describe_chosen(problem_filter, found, base, fixed),
        mistakes=mistakes_of(problem_filter),
        is_capped=bool(asked) and found.n_ground >= MOST_FOUND,
        suggestions=suggested(problem_filter, base, fixed) if asked and not found.n_ground else [],
        words=params.get("q", ""),
        asked=asked,
        sort=problem_filter.sort_in_use,
        view=problem_filter.view_in_use,
        base=base,
        query=query_of(problem_filter, leave_out=fixed),
        whole_query=query_of(problem_filter),
        is_grouped="category" in fixed and "subcategory" not in fixed,
        ideas=ideas_found(asked) if page.number == 1 else [],
        proposals=proposals_in(problem_filter) if page.number == 1 else [],
    )


def with_fixed(params: QueryDict, fixed: Mapping[str, str]) -> QueryDict:
    changed = params.copy()
    for name, value in fixed.items():
        changed[name] = value
    return changed


def without_foreign_subcategory(params: QueryDict) -> QueryDict:
    """A subcategory of another category is dropped: the reader has just moved to that category."""
    category, subcategory = params.get("category", ""), params.get("subcategory")
    if not subcategory or subcategory in (BLANK, NOT_BLANK) or not category.isdecimal():
        return params
    if ListEntry.objects.filter(category=int(category[:9]), subcategory=subcategory).exists():
        return params
    kept = params.copy()
    del kept["subcategory"]
    return kept


def query_of(problem_filter: ProblemFilter, *, leave_out: Any = ()) -> str:
    """The filters in use as a query string, in a fixed order, so that equal lists have equal addresses."""
    values = {name: value for name, value in problem_filter.chosen.items() if name not in leave_out}
    sort, view = problem_filter.sort_in_use, problem_filter.view_in_use
    is_default = sort == "relevance" or (sort == "number" and not values.get("q"))
    if not is_default:
        values["sort"] = sort
    if view != "table":
        values["view"] = view
    return urlencode(values, doseq=True)


def list_url(base: str, *queries: str) -> str:
    query = "&".join(part for part in queries if part)
    return base + (f"?{query}" if query else "")


def carrying(query: str) -> str:
    return "?" + urlencode({"list": query}) if query else ""


def describe_chosen(problem_filter: ProblemFilter, found: Tally, base: str, fixed: Mapping[str, str]) -> list[Chosen]:
    return [
        Chosen(
            text=describe(name, value),
            url_without=list_url(base, query_of(problem_filter, leave_out={*fixed, name})),
            n_without=n_without(problem_filter, found, name),
        )
        for name, value in problem_filter.chosen.items()
        if name not in fixed
    ]


def n_without(problem_filter: ProblemFilter, found: Tally, name: str) -> int:
    """The search is the one filter that the tally cannot take back; it matters only where nothing is left."""
    if name != "q" or found.n:
        return found.n_without(name)
    return problem_filter.only(*(other for other in problem_filter.chosen if other != "q")).count()


def describe_all(problem_filter: ProblemFilter) -> list[str]:
    """What it asks for, in words, one filter after the other."""
    return [describe(name, value) for name, value in problem_filter.chosen.items()]


def describe(name: str, value: Any) -> str:
    if name == "q":
        return f"“{value}”"
    if name == "subcategory" and value in (BLANK, NOT_BLANK):
        return "without a subcategory" if value == BLANK else "with a subcategory"
    if name not in CHOICES:
        return f"{name} {value}"
    wanted = value if isinstance(value, list) else [value]
    texts = [choice.text for choice in CHOICES[name] if choice.value in wanted]
    return ("difficulty " if name == "difficulty" else "") + " or ".join(texts)


def mistakes_of(problem_filter: ProblemFilter) -> list[str]:
    """One plain sentence for each value in the address that means nothing."""
    return [
        f"{problem_filter.filters[name].label}: {error}"
        for name, errors in problem_filter.errors.items()
        for error in errors
    ]


def suggested(problem_filter: ProblemFilter, base: str, fixed: Mapping[str, str]) -> list[tuple[str, str]]:
    others = query_of(problem_filter, leave_out={*fixed, "q"})
    texts = suggestions(problem_filter.form.cleaned_data["q"], problem_filter.asked)
    return [(text, list_url(base, urlencode({"q": text}), others)) for text in texts]


def ideas_found(asked: list[str]) -> list[Idea]:
    return list(Idea.objects.public().filter(pk__in=keys_found("ideas_search", asked))[:MOST_IDEAS]) if asked else []


def proposals_in(problem_filter: ProblemFilter) -> list[Proposal]:
    """Those awaiting approval that the page is about: none under a search or a filter that they cannot answer."""
    chosen = problem_filter.chosen
    if set(chosen) - {"category", "subcategory"}:
        return []
    pending = Proposal.objects.pending().select_related("added_by", "category").only(*OF_A_PROPOSAL)
    return list(pending.filter(**{name: chosen[name] for name in chosen})[:MOST_PROPOSALS])
