"""Names that tell one thing from another."""

import re
from collections import Counter
from collections.abc import Sequence

MAX_KEY = 80


def distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where several are the same: the second of two "+" is "+ (2)"."""
    often, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name} ({seen[name]})" if often[name] > 1 else name)
    return found


def slug(text: str) -> str:
    """The text as a panel's key: its letters and digits, hyphens for the rest."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_KEY]
