"""Fields of a recipe by their dotted path, such as "task.modulus" or "interventions.0.keep", in plain data."""

from typing import Any


def value_at(data: Any, path: str) -> Any:
    """None where there is nothing."""
    for part in path.split("."):
        if isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict):
            data = data.get(part)
        else:
            return None
    return data


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Write a value into the data; tables that are not there yet are made. Raises LookupError where none can be."""
    *parents, last = path.split(".")
    here: Any = data
    for part in parents:
        if isinstance(here, list) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
        elif isinstance(here, dict):
            here = here.setdefault(part, {})
        else:
            raise LookupError(path)
    if not isinstance(here, dict):
        raise LookupError(path)
    here[last] = value
