"""The order of what is found: the fewer places are needed to find all the words, the better."""

from collections.abc import Iterator

from django.db.models.expressions import RawSQL

from problems.search.engines import PLACES, keys_looked_up


def places_best_first(asked: list[str]) -> Iterator[RawSQL]:
    """The keys of problems with all the words in the statement; in it or the subject; in these or existing work.

    What is left has some of them in the discussion only.
    """
    for n in range(1, len(PLACES)):
        yield keys_looked_up("problems_search", asked, PLACES[:n])
