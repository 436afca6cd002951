"""Plotly's browser bundle as a static file, found in the installed wheel.

The Python package is looked up but never imported: it would cost every web process more than its memory allows.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

BUNDLE = "plotly.min.js"
PREFIX = "plotly"


class PlotlyBundleFinder(BaseFinder):
    """Serves one file, `plotly/plotly.min.js`; the rest of the wheel's data stays where it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=_package_data())
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # collectstatic puts the file below it

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        if self.storage.exists(BUNDLE):
            return []
        return [Error(f"plotly's wheel has no {BUNDLE}", hint="Install plotly 6.3 or later.", id="experiments.E001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [self.storage.path(BUNDLE)] if path == f"{PREFIX}/{BUNDLE}" else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        yield BUNDLE, self.storage


def _package_data() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed; install the project with its 'web' extra")
    return Path(spec.origin).parent / "package_data"
