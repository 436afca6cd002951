"""Where in a text the words stand that somebody looked for."""

from dataclasses import dataclass

from problems.search.words import is_asked, words_like

AROUND = 90  # characters shown to either side


@dataclass(frozen=True)
class Hit:
    """A passage that answers a search, and what it is taken from."""

    source: str
    text: str


def pieces(text: str, asked: list[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a word that was asked for."""
    found: list[tuple[str, bool]] = []
    done = 0
    for word, start, end in words_like(text, asked):
        if is_asked(word, asked):
            found += [(text[done:start], False), (text[start:end], True)]
            done = end
    return [piece for piece in [*found, (text[done:], False)] if piece[0]]


def words_in(text: str, asked: list[str]) -> set[str]:
    """Those of the words asked for that stand in the text."""
    here = {word for word, _, _ in words_like(text, asked)}
    return {word for word in asked if any(is_asked(other, [word]) for other in here)}


def passage(text: str, asked: list[str]) -> str:
    """The part of a long text around the first word that was asked for."""
    starts = [(start, end) for word, start, end in words_like(text, asked) if is_asked(word, asked)]
    if not starts:
        return text[: 2 * AROUND]
    first, last = max(starts[0][0] - AROUND, 0), min(starts[0][1] + AROUND, len(text))
    before = "" if first == 0 else "… "
    after = "" if last == len(text) else " …"
    return before + text[first:last].strip() + after


def best_hit(sources: list[tuple[str, str]], missing: list[str]) -> Hit | None:
    """Of the texts (name, text), the first that has most of the words that were not found elsewhere."""
    best, most = None, 0
    for source in sources:
        n = len(words_in(source[1], missing))
        if n > most:
            best, most = source, n
        if n == len(missing):
            break
    return Hit(best[0], passage(" ".join(best[1].split()), missing)) if best else None
