"""Which function carries out which part of a recipe: one dictionary from spec class to implementation."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from experiments.recipe.spec import Spec

Implementation = TypeVar("Implementation", bound=Callable[..., Any])

_implementations: dict[type[Spec], Callable[..., Any]] = {}


def implements(spec_class: type[Spec]) -> Callable[[Implementation], Implementation]:
    """Register the decorated function as what carries out this part of a recipe."""

    def register(implementation: Implementation) -> Implementation:
        if spec_class in _implementations:
            raise ValueError(f"{spec_class.__name__} is implemented already, by {_name(_implementations[spec_class])}")
        _implementations[spec_class] = implementation
        return implementation

    return register


def implementation_of(spec: Spec) -> Callable[..., Any]:
    """The function registered for the class of this spec."""
    try:
        return _implementations[type(spec)]
    except KeyError:
        known = ", ".join(sorted(spec_class.__name__ for spec_class in _implementations))
        raise LookupError(f"nothing implements {type(spec).__name__}; known: {known}") from None


def import_modules(package: str, path: Iterable[str]) -> None:
    """Import every module of a package, so that what they implement is registered: adding a file is enough."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")


def _name(implementation: Callable[..., Any]) -> str:
    return f"{implementation.__module__}.{implementation.__qualname__}"
