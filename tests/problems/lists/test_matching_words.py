"""Which words of a text a search marks, found without a look at all the others."""

import pytest

from problems.models import Problem
from problems.search.snippets import pieces, words_in
from problems.search.words import is_asked, stem, tokens, words_like

TEXTS = [
    "Interpreting interpretability: an INTERPRETER, re-interpreted",
    "See 5.3a, 12.5b and 5.33; not 533",
    "É clair élan éclair, naïve Über uber",
    "snake_case a_interpret_b ba.ka ba1.2ba",
    "“interpreted” – as “ba”, ſb and b²",
    "",
]
ASKED = [["interpret"], ["5x3"], ["eclair", "e"], ["uber", "naiv"], ["ka"], ["b", "interpreted"], ["533"]]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("text", TEXTS)
def test_no_word_that_is_asked_for_is_missed(text, asked):
    expected = [found for found in tokens(text) if is_asked(found[0], asked)]
    assert [found for found in words_like(text, asked) if is_asked(found[0], asked)] == expected
    assert [piece for piece, is_hit in pieces(text, asked) if is_hit] == [text[start:end] for _, start, end in expected]
    assert "".join(piece for piece, _ in pieces(text, asked)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_each_word_asked_for_is_told_apart(text):
    every = [word for asked in ASKED for word in asked]
    said = {word for word, _, _ in tokens(text)}
    assert words_in(text, every) == {word for word in every if any(is_asked(other, [word]) for other in said)}


@pytest.mark.django_db
def test_a_stem_begins_with_the_letter_of_its_word(catalogue):
    """What `words_like` rests on."""
    words = {word for text in Problem.objects.values_list("statement", flat=True) for word, _, _ in tokens(text)}
    assert len(words) > 1000
    assert [word for word in words if stem(word)[0] != word[0]] == []
