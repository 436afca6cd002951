"""What an image has installed: the distributions that one extra of ours asks for, and those they ask for, no more."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement


def closure(extra: str) -> set[str]:
    """Names of every distribution that `pip install '.[EXTRA]'` brings, as far as they are installed here."""
    found: set[str] = set()
    asked = list(_asked_by("circuitboard", frozenset({"", extra})))
    while asked:
        requirement = asked.pop()
        name = _plain(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key in found or not _is_installed(name):
            continue
        found.add(key)
        asked += _asked_by(name, frozenset({"", *requirement.extras}))
    return {key.partition("[")[0] for key in found}


def linked_into(folder: Path, extra: str) -> None:
    """A folder of packages that holds the closure alone."""
    folder.mkdir()
    for name in closure(extra):
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or () if ".." not in file.parts} - {"__pycache__"}:
            target = folder / top
            if not target.exists():
                target.symlink_to(Path(str(distribution.locate_file(top))))


def _asked_by(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in importlib.metadata.requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:  # for another system, or a plugin that nobody has
        return False
    return True


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
