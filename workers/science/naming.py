"""Names that tell one thing from another."""

from collections import Counter
from collections.abc import Sequence


def distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where several are the same: the second of two "+" is "+ (2)"."""
    often, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name} ({seen[name]})" if often[name] > 1 else name)
    return found
