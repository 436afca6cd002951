"""What is wrong with a recipe, said so that its author can mend it."""

import inspect
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from pydantic import BaseModel, JsonValue
from pydantic_core import ErrorDetails

KINDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}
BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


@dataclass(frozen=True)
class RecipeError:
    """One thing wrong with a recipe."""

    field: str  # dotted, such as "task.modulus"; empty for the whole
    message: str
    value: JsonValue = None
    allowed: str = ""
    line: int | None = None  # 1-based, in the TOML

    def as_json(self) -> dict[str, JsonValue]:
        return asdict(self)

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{self.field or 'recipe'}{where}: {self.message}{allowed}"


class InvalidRecipe(ValueError):
    """Carries every error found."""

    def __init__(self, errors: list[RecipeError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


def readable_errors(found: list[ErrorDetails], data: Any, model: type[BaseModel]) -> list[RecipeError]:
    """Pydantic's errors in our words, one per field: the branches of a union that refused a value become one error."""
    by_field: dict[str, RecipeError] = {}
    for details in found:
        error = _readable(details, data, model)
        earlier = by_field.get(error.field)
        if earlier is None or not (earlier.allowed and error.allowed):
            by_field[error.field] = earlier or error
        elif error.allowed not in earlier.allowed.split(" or "):
            allowed = f"{earlier.allowed} or {error.allowed}"
            by_field[error.field] = replace(earlier, allowed=allowed, message="this value does not fit")
    # An item that is refused leaves its list too short: only the item is worth telling.
    return [e for field, e in by_field.items() if not any(other.startswith(f"{field}.") for other in by_field)]


def _readable(details: ErrorDetails, data: Any, model: type[BaseModel]) -> RecipeError:
    field = ".".join(_field_path(details, data))
    given = _tellable(details["input"])
    value = given if isinstance(given, str | int | float | bool) else None
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return RecipeError(field, "is required")
        case "extra_forbidden":
            known = ", ".join(_model_at(details["loc"][:-1], model).model_fields)
            return RecipeError(field, "there is no such field here", value, known)
        case "union_tag_invalid":
            name = context["tag"]
            return RecipeError(f"{field}.name", f"there is no {name!r}", name, context["expected_tags"])
        case "union_tag_not_found":
            return RecipeError(f"{field}.name", "is required")
        case "literal_error":
            return RecipeError(field, "this value is not one of those allowed", value, context["expected"])
        case "value_error":
            return _stated_by_us(field, details["msg"].removeprefix("Value error, "))
        case "too_short":
            return RecipeError(field, "is too short", allowed=f"at least {context['min_length']} item(s)")
        case "too_long":
            return RecipeError(field, "is too long", allowed=f"at most {context['max_length']} item(s)")
        case "string_too_short":
            return RecipeError(field, "is empty", value, f"at least {context['min_length']} character(s)")
        case "string_too_long":
            return RecipeError(field, "is too long", allowed=f"at most {context['max_length']} characters")
        case "string_pattern_mismatch":
            return RecipeError(field, f"{_shown(value)} has the wrong form", value, context["pattern"])
        case kind if kind in KINDS:
            return RecipeError(field, f"must be {KINDS[kind]}, not {_shown(given)}", value, KINDS[kind])
    allowed = ", ".join(f"{word} {context[name]}" for name, word in BOUNDS.items() if name in context)
    if allowed:
        return RecipeError(field, f"must be {allowed}, not {_shown(given)}", value, allowed)
    return RecipeError(field, details["msg"], value)


def _tellable(value: Any) -> Any:
    """Numbers that JSON or Python's printing refuses, as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"a number of {value.bit_length()} bits"
    return value


def _stated_by_us(field: str, message: str) -> RecipeError:
    """A validator of ours may begin its sentence with the field it blames, and end it with what is allowed:
    `model.name: ...; allowed: ...`."""
    message, _, allowed = message.partition("; allowed: ")
    blamed, separator, rest = message.partition(": ")
    if separator and blamed.replace(".", "").replace("_", "").isalnum() and " " not in blamed:
        return RecipeError(".".join(filter(None, [field, blamed])), rest, allowed=allowed)
    return RecipeError(field, message, allowed=allowed)


def _field_path(details: ErrorDetails, data: Any) -> Iterator[str]:
    """The parts of pydantic's location that exist in the data; the rest names branches of unions."""
    here = data
    last = len(details["loc"]) - 1
    for index, part in enumerate(details["loc"]):
        if isinstance(here, dict) and (part in here or index == last and details["type"] == "missing"):
            here = here.get(part)
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            continue
        yield str(part)


def _model_at(location: tuple[int | str, ...], model: type[BaseModel]) -> type[BaseModel]:
    """The class that was being filled at a location of the recipe."""
    here, members = model, list[type[BaseModel]]()
    for part in location:
        if isinstance(part, str) and part in here.model_fields and not any(_tag(m) == part for m in members):
            members = list(_models_in(here.model_fields[part].annotation))
            here = members[0] if len(members) == 1 else here
        else:
            here = next((member for member in members if _tag(member) == part), here)
    return here


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _tag(model: type[BaseModel]) -> Any:
    return model.model_fields["name"].default if "name" in model.model_fields else None


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
