"""Predictions that a run is scored on, and where in a sweep they hold."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from experiments.recipe.looks import Split
from experiments.recipe.measures import MeasureName
from experiments.recipe.spec import Many, Spec, SweepValue
from experiments.recipe.training import Step

SweptField = Annotated[str, Field(max_length=100)]


class Expectation(Spec):
    """A prediction the run is scored on, per seed and grid point."""

    measure: MeasureName
    split: Split | None = None
    component: Annotated[
        str, Field(max_length=80, description="empty for the whole; begins with the part, for a part of a task")
    ] = ""
    at: Annotated[
        Literal["end", "any"] | Step,
        Field(description="'end', 'any' measured step, or the first one from this step on"),
    ] = "end"
    at_least: float | None = None
    at_most: float | None = None
    where: Annotated[
        dict[SweptField, SweepValue | Annotated[Many[SweepValue], Field(min_length=1, max_length=200)]],
        Field(max_length=6, description="swept field -> value, or values: only these grid points are scored"),
    ] = Field(default_factory=dict)
    source: Annotated[str, Field(max_length=300, description="where the prediction comes from")] = ""

    @model_validator(mode="after")
    def has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("an expectation needs at_least, at_most or both")
        return self

    def values_of(self, field: str) -> tuple[SweepValue, ...]:
        """What `where` lets a swept field be."""
        wanted = self.where[field]
        return wanted if isinstance(wanted, tuple) else (wanted,)

    def holds_at(self, point: Mapping[str, JsonValue]) -> bool:
        """Whether it is scored at a grid point, given as the value of each swept field."""
        return all(is_among(point.get(field), self.values_of(field)) for field in self.where)

    def __str__(self) -> str:
        """'test accuracy at least 0.99 at the end, where n_layers = 2'."""
        what = " ".join(filter(None, [self.split, self.measure, self.component]))
        bounds = [] if self.at_least is None else [f"at least {self.at_least:g}"]
        bounds += [] if self.at_most is None else [f"at most {self.at_most:g}"]
        when = {"end": "at the end", "any": "at any step"}.get(str(self.at), f"from step {self.at}")
        return f"{what} {' and '.join(bounds)} {when}{self._said_where()}"

    def _said_where(self) -> str:
        said = [f"{field} = {' or '.join(map(written, self.values_of(field)))}" for field in self.where]
        return f", where {' and '.join(said)}" if said else ""


def written(value: SweepValue) -> str:
    """As TOML has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_among(value: JsonValue, allowed: tuple[SweepValue, ...]) -> bool:
    """As TOML means it: true is not 1."""
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in allowed)
