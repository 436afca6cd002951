"""The problems before and after one: in the list its reader came from, or else by number.

A list is carried from page to page as its query, in `?list=`. What has left it since, as a problem leaves the free ones
when it is claimed, still has its place in the order, so that a reader goes on from there.
"""

from dataclasses import dataclass

from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from problems.filters import SORTS, ProblemFilter
from problems.models import ListEntry, Problem
from problems.models.entries import ListEntryQuerySet
from problems.selectors.listing import carrying, describe_all, list_url, query_of


@dataclass(frozen=True)
class Neighbour:
    number: str
    url: str


@dataclass(frozen=True)
class Neighbours:
    before: Neighbour | None
    after: Neighbour | None
    list_name: str = ""  # what the list shows, in words; empty where it is the whole catalogue by number
    list_url: str = ""


def neighbours_of(problem: Problem, carried: str = "") -> Neighbours:
    """`carried` is the query of a list; what means nothing in it is left out."""
    asked = ProblemFilter(QueryDict(carried)) if carried else None
    here = asked.in_order(ListEntry.objects.filter(pk=problem.pk)).first() if asked else None
    query = query_of(asked) if asked and here else ""
    if not (asked and here and query):
        return neighbours_by_number(problem)
    return Neighbours(
        before=neighbour(asked.found.before(here), query),
        after=neighbour(asked.found.after(here), query),
        list_name=describe_list(asked),
        list_url=list_url(reverse("problems"), query),
    )


# Asked in SQL, which is the same on both databases: to build these questions takes longer than the answer.
BY_NUMBER = 'SELECT * FROM (SELECT category_id, "index" FROM problems_listentry WHERE {there} LIMIT 1) AS one'
BEFORE = BY_NUMBER.format(
    there='(category_id, "index") < (%(category)s, %(index)s) ORDER BY category_id DESC, "index" DESC'
)
AFTER = BY_NUMBER.format(there='(category_id, "index") > (%(category)s, %(index)s) ORDER BY category_id, "index"')


def neighbours_by_number(problem: Problem) -> Neighbours:
    """In the whole catalogue. While it is pending or merged it is on no list, but it has a number."""
    here = (problem.category_id, problem.index)
    with connection.cursor() as cursor:
        cursor.execute(f"{BEFORE} UNION ALL {AFTER}", {"category": here[0], "index": here[1]})
        places = [(category, index) for category, index in cursor.fetchall()]
    beside = {place < here: ListEntry(category_id=place[0], index=place[1]) for place in places}
    return Neighbours(before=shown(beside.get(True)), after=shown(beside.get(False)))


def describe_list(asked: ProblemFilter) -> str:
    is_plain = asked.sort_in_use in ("number", "relevance")
    return ", ".join([*describe_all(asked), *([] if is_plain else [SORTS[asked.sort_in_use]])]) or "all problems"


def neighbour(entries: ListEntryQuerySet, query: str) -> Neighbour | None:
    return shown(entries.only("category", "index").first(), query)


def shown(entry: ListEntry | None, query: str = "") -> Neighbour | None:
    return Neighbour(entry.number, entry.get_absolute_url() + carrying(query)) if entry else None
