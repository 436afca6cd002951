"""Which function carries out which part of a recipe: one dictionary from spec class, and what of it, to function."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from experiments.recipe.spec import Spec

Implementation = TypeVar("Implementation", bound=Callable[..., Any])

_implementations: dict[tuple[type[Spec], str], Callable[..., Any]] = {}


def implements(spec_class: type[Spec], what: str = "") -> Callable[[Implementation], Implementation]:
    """Register the decorated function as what carries out this part of a recipe, or one side of it: "slices"."""

    def register(implementation: Implementation) -> Implementation:
        if (spec_class, what) in _implementations:
            earlier = _name(_implementations[spec_class, what])
            raise ValueError(f"{_described(spec_class, what)} is implemented already, by {earlier}")
        _implementations[spec_class, what] = implementation
        return implementation

    return register


def is_implemented(spec_class: type[Spec], what: str = "") -> bool:
    return (spec_class, what) in _implementations


def implementation_of(spec: Spec, what: str = "") -> Callable[..., Any]:
    """The function registered for the class of this spec."""
    try:
        return _implementations[type(spec), what]
    except KeyError:
        known = ", ".join(sorted(_described(*key) for key in _implementations))
        raise LookupError(f"nothing implements {_described(type(spec), what)}; known: {known}") from None


def _described(spec_class: type[Spec], what: str) -> str:
    return f"{spec_class.__name__} {what}".strip()


def import_modules(package: str, path: Iterable[str]) -> None:
    """Import every module of a package, so that what they implement is registered: adding a file is enough."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")


def _name(implementation: Callable[..., Any]) -> str:
    return f"{implementation.__module__}.{implementation.__qualname__}"
