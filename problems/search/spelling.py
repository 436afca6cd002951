"""What somebody may have meant when nothing is found."""

from collections.abc import Collection
from difflib import get_close_matches

from django.db.models.functions import Length

from problems.models import SearchWord

MOST_SUGGESTIONS = 3
MOST_COMPARED = 3000
SHORTEST = 4  # shorter words are all alike


def learn(words: Collection[str]) -> None:
    known = [SearchWord(word=word) for word in sorted(words) if len(word) >= SHORTEST and word.isalpha()]
    SearchWord.objects.bulk_create(known, ignore_conflicts=True, batch_size=5000)


def suggestions(query: str, asked: list[str]) -> list[str]:
    """The query with its one unknown word replaced by words that are spelt much like it."""
    known = set(SearchWord.objects.filter(word__in=asked).values_list("word", flat=True))
    unknown = [word for word in asked if word not in known and len(word) >= SHORTEST]
    if len(unknown) != 1 or unknown[0] not in query.lower():
        return []
    wrong = unknown[0]
    return [query.lower().replace(wrong, like) for like in words_like(wrong)]


def words_like(wrong: str) -> list[str]:
    """Words that begin alike and differ little in length."""
    begin_alike = SearchWord.objects.filter(word__startswith=wrong[0]).annotate(length=Length("word"))
    near = begin_alike.filter(length__gte=len(wrong) - 2, length__lte=len(wrong) + 2)
    return get_close_matches(wrong, near.values_list("word", flat=True)[:MOST_COMPARED], MOST_SUGGESTIONS, 0.75)
