"""The order of what is found: the fewer places are needed to find all the words, the better."""

from problems.search.engines import PLACES, engine


def keys_best_first(asked: list[str]) -> list[list[int]]:
    """The keys of problems with all the words in the statement; in it or the subject; in these or existing work; and
    what is left, which has some of them in the discussion only."""
    needed = engine().places_needed("problems_search", asked)
    return [[key for key, n in needed.items() if n == places] for places in range(1, len(PLACES) + 1)]
