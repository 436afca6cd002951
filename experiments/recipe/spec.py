"""The base of every part of a recipe: frozen, bounded data that names what is wanted and never how to import it."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

# TOML and JSON have lists; a frozen recipe holds tuples. Strictness stays on for the items.
Many = Annotated[tuple[T, ...], Field(strict=False)]

Fraction = Annotated[float, Field(gt=0.0, lt=1.0)]
Count = Annotated[int, Field(ge=1)]
SweepValue = bool | int | float | str


class Spec(BaseModel):
    """Strict: a string is never taken for a number; unknown fields and non-finite numbers are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
