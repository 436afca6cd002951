"""How text becomes words, the same for what is kept and for what is asked."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

LONGEST_WORD = 40
MOST_WORDS = 12
TOKEN = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
# What would be taken for a word or a part of one by its letters alone: "naïve", and the last letter of "1.5b".
NOT_PLAIN = re.compile(r"[^\W\x00-\x7f]|\d\.\d+[A-Za-z]")
STOP_WORDS = frozenset(
    """a an and are as at be by can do does for from has have how if in into is it its of on or that the their there
    these they this to was we what when where which why will with""".split()  # noqa: SIM905 - read as a text
)
_stemmer = snowballstemmer.stemmer("english")


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word with its place in the text. A number such as 5.3 is one word."""
    for match in TOKEN.finditer(text):
        word = plain(match.group())
        if word:
            yield word[:LONGEST_WORD], match.start(), match.end()


def plain(word: str) -> str:
    """Without case and accents; the points of a number become letters, so that no engine splits it."""
    if word.isascii():
        return word.lower().replace(".", "x")
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in folded.replace(".", "x") if letter.isalnum())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """ "grokking" and "grokked" are both about "grok"."""
    return str(_stemmer.stemWord(word)) if word.isascii() and word.isalpha() else word


def kept_words(*texts: str) -> set[str]:
    """Each word as it stands, for whoever is still typing it, and its stem."""
    found = {word for text in texts for word, _, _ in tokens(text)}
    return found | {stem(word) for word in found}


def asked_words(query: str) -> list[str]:
    """The words that must all be found. The last one may be the beginning of a word."""
    found = list(dict.fromkeys(word for word, _, _ in tokens(query)))[:MOST_WORDS]
    return [word for word in found if word not in STOP_WORDS] or found


def words_like(text: str, asked: list[str]) -> Iterator[tuple[str, int, int]]:
    """The words of a text that may be among those asked for, with their places: they begin with the same letters,
    which no stem changes. To look at every word of a hundred texts would take longer than the search."""
    initials = "".join(sorted({word[0] for word in asked}))
    if initials.isascii() and initials.isalpha() and not NOT_PLAIN.search(text):
        for match in _beginning_with(initials).finditer(text):
            yield match.group().lower()[:LONGEST_WORD], match.start(), match.end()
    else:
        yield from (found for found in tokens(text) if found[0][0] in initials)


@lru_cache(maxsize=1000)
def _beginning_with(initials: str) -> re.Pattern[str]:
    return re.compile(f"(?<![a-z0-9])[{initials}][a-z0-9]*", re.IGNORECASE)


def is_asked(word: str, asked: list[str]) -> bool:
    """Whether a word of a text is one of those asked for."""
    if not asked:
        return False
    return word.startswith(asked[-1]) or stem(word) in _stems(*asked)


@lru_cache(maxsize=1000)
def _stems(*words: str) -> frozenset[str]:
    return frozenset(map(stem, words))
