"""What changed between two texts, word by word."""

import re
from difflib import SequenceMatcher
from typing import Literal

Piece = tuple[Literal["same", "removed", "added"], str]


def word_diff(before: str, after: str) -> list[Piece]:
    """The later text in pieces, with what was removed where it stood. Joined, same and added give `after` again."""
    old, new = words_of(before), words_of(after)
    pieces: list[Piece] = []
    for what, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(("same", "".join(new[k:n])))
            continue
        if i < j:
            pieces.append(("removed", "".join(old[i:j])))
        if k < n:
            pieces.append(("added", "".join(new[k:n])))
    return pieces


def words_of(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)
