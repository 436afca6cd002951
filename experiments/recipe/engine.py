"""Which engine this is: a digest of every source that can change a number. The web can tell too: no torch here."""

import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

VOCABULARY = "experiments.recipe"
SOURCES = (VOCABULARY, "workers.science")


@cache
def engine_digest() -> str:
    """sha256, in hex, over the names and contents of the Python sources of the recipe vocabulary and the engine."""
    return _digest(*SOURCES)


@cache
def vocabulary_digest() -> str:
    """That of the recipe vocabulary alone: who shares it reads the same recipes, and reads them alike."""
    return _digest(VOCABULARY)


def _digest(*packages: str) -> str:
    digest = hashlib.sha256()
    for package in packages:
        for name, content in _sources(package):
            digest.update(f"{name}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _sources(package: str) -> Iterator[tuple[str, bytes]]:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(f"the package {package} is not installed")
    folder = Path(found.submodule_search_locations[0])
    for path in sorted(folder.rglob("*.py")):
        yield f"{package}/{path.relative_to(folder).as_posix()}", path.read_bytes()
