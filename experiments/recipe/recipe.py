"""The recipe: everything that is asked of a run, as data."""

import itertools
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, JsonValue, field_validator, model_validator

from experiments.recipe.analyses import AnalysisSpec
from experiments.recipe.combined import TaskSpec
from experiments.recipe.curriculum import MAX_CURRICULA, Curriculum, check_curricula
from experiments.recipe.dotted import put, value_at
from experiments.recipe.expectations import Expectation
from experiments.recipe.fitting import (
    check_interventions,
    check_look,
    check_model,
    check_part,
    check_start,
    check_training,
)
from experiments.recipe.interventions import InterventionSpec
from experiments.recipe.measures import MeasureSpec
from experiments.recipe.models import ModelSpec, Transformer
from experiments.recipe.shares import tasks_by_part
from experiments.recipe.spec import Count, Many, Spec, SweepValue
from experiments.recipe.start import Start
from experiments.recipe.training import Schedule, Training

MAX_SEEDS = 1024
MAX_POINTS = 1000
DEFAULT_STACK = 16

Seed = Annotated[int, Field(ge=0, lt=2**31)]
ProblemNumber = Annotated[str, Field(pattern=r"^[1-9]\d{0,2}\.[1-9]\d{0,3}$", description="such as '5.3'")]

PROSE = frozenset({"title", "problem", "notes"})


class Recipe(Spec):
    """One experiment. The digest covers every field but title, problem and notes, which only describe it."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    problem: ProblemNumber
    notes: Annotated[
        str, Field(max_length=8000, description="Markdown: what this does, what to look for, what is open")
    ] = ""
    seeds: Annotated[Many[Seed], Field(min_length=1, max_length=MAX_SEEDS)] = (0, 1, 2)
    stack: Annotated[
        Count | None,
        Field(le=MAX_SEEDS, description=f"seeds trained together; all of them, at most {DEFAULT_STACK}, when left out"),
    ] = None
    task: TaskSpec
    model: ModelSpec = Transformer()
    start: Start = Start()
    training: Training = Field(default_factory=Training)
    curriculum: Annotated[
        Many[Curriculum],
        # left out of what is written, where there is none: the digests of recipes without one are older than it
        Field(
            max_length=MAX_CURRICULA,
            exclude_if=lambda curricula: not curricula,
            description="numbers of the task that begin smaller and grow",
        ),
    ] = ()
    checkpoints: Schedule = Field(default_factory=Schedule)
    measure_at: Annotated[Schedule, Field(description="steps at which the measures are taken")] = Schedule(
        schedule="mixed", count=200
    )
    measures: Annotated[Many[MeasureSpec], Field(min_length=1, max_length=40)]
    analyses: Annotated[Many[AnalysisSpec], Field(max_length=20)] = ()
    interventions: Annotated[Many[InterventionSpec], Field(max_length=20)] = ()
    sweep: Annotated[
        dict[Annotated[str, Field(max_length=100)], Annotated[Many[SweepValue], Field(min_length=1, max_length=200)]],
        Field(max_length=6, description="dotted field -> values; the grid is their product"),
    ] = Field(default_factory=dict)
    expect: Annotated[Many[Expectation], Field(max_length=40)] = ()

    @field_validator("model", mode="before")
    @classmethod
    def a_model_without_a_name_is_a_transformer(cls, value: Any) -> Any:
        return {"name": "transformer"} | value if isinstance(value, dict) else value

    @model_validator(mode="after")
    def parts_fit_together(self) -> Self:
        _refuse_repeats("seeds", [str(seed) for seed in self.seeds])
        _refuse_repeats("measures", [m.model_dump_json() for m in self.measures])
        _refuse_repeats("analyses", [a.model_dump_json() for a in self.analyses])
        check_model(self.task, self.model)
        check_training(self.task, self.training)
        check_curricula(self.task, self.curriculum, self.training.steps, has_loss_at=bool(self.training.loss_at))
        check_start(self.model, self.start)
        check_interventions(self.task, self.model, self.training, self.interventions, self.start)
        for index, measure in enumerate(self.measures):
            check_look(self.task, self.model, measure, f"measures.{index}")
            check_part(self.task, getattr(measure, "part", ""), getattr(measure, "split", ""), f"measures.{index}")
        for index, analysis in enumerate(self.analyses):
            check_look(self.task, self.model, analysis, f"analyses.{index}")
            check_part(self.task, getattr(analysis, "part", ""), getattr(analysis, "split", ""), f"analyses.{index}")
        self._expectations_are_measured()
        return self

    def _expectations_are_measured(self) -> None:
        measured = {(m.name, getattr(m, "split", None), getattr(m, "part", "")) for m in self.measures}
        for index, expectation in self.expected_here().items():
            first_word = expectation.component.partition(" ")[0]
            part = first_word if first_word in tasks_by_part(self.task) else ""
            if (expectation.measure, expectation.split, part) not in measured:
                known = ", ".join(" ".join(filter(None, which)) for which in sorted(measured, key=str))
                wanted = " ".join(filter(None, [expectation.measure, expectation.split, expectation.component]))
                raise ValueError(f"expect.{index}: '{wanted}' is not among the measures: {known}")

    def expected_here(self) -> dict[int, Expectation]:
        """The expectations that hold for the values of this very recipe, as at a grid point, by place in the list."""
        if not any(expectation.where for expectation in self.expect):
            return dict(enumerate(self.expect))
        data = self.model_dump(mode="json", exclude={"expect"})
        found = {}
        for index, expectation in enumerate(self.expect):
            if expectation.holds_at({field: value_at(data, field) for field in expectation.where}):
                found[index] = expectation
        return found

    @property
    def stack_size(self) -> int:
        return self.stack or min(len(self.seeds), DEFAULT_STACK)

    @property
    def n_points(self) -> int:
        """Number of points of the sweep grid."""
        size = 1
        for values in self.sweep.values():
            size *= len(values)
        return size

    def points(self) -> Iterator[dict[str, JsonValue]]:
        """The dotted overrides of each grid point, in the order of the sweep; one empty point without a sweep."""
        names = list(self.sweep)
        for values in itertools.product(*self.sweep.values()):
            yield dict(zip(names, values, strict=True))

    def stacks(self) -> list[tuple[int, ...]]:
        """The seeds cut into the groups that train together, in the order given."""
        size = self.stack_size
        return [self.seeds[i : i + size] for i in range(0, len(self.seeds), size)]


def _refuse_repeats(field: str, values: list[str]) -> None:
    repeated = [value for value, times in Counter(values).items() if times > 1]
    if repeated:
        raise ValueError(f"{field}: given more than once: {', '.join(repeated)}")


def resolve(recipe: Recipe) -> Recipe:
    """The recipe with everything that was left to a rule written out: head width, attention scale and stack size.

    Where the sweep varies the model, its rules hold at each grid point, and are written out there alone.
    """
    is_varied = any(name.startswith("model.") for name in recipe.sweep)
    model = recipe.model if is_varied else recipe.model.resolved()
    return recipe.model_copy(update={"model": model, "stack": recipe.stack_size})


def at_point(recipe: Recipe, overrides: dict[str, JsonValue]) -> Recipe:
    """The recipe at one grid point, without its sweep. Raises pydantic's ValidationError if a value does not fit."""
    return resolve(Recipe.model_validate(point_data(recipe, overrides)))


def point_data(recipe: Recipe, overrides: dict[str, JsonValue]) -> dict[str, Any]:
    """The recipe as plain data with the overrides of one grid point written in. Raises LookupError if one has no place
    there."""
    return overridden(recipe.model_dump(mode="json", exclude_unset=True), overrides)


def overridden(data: dict[str, Any], overrides: dict[str, JsonValue]) -> dict[str, Any]:
    """The same of a recipe that is plain data already, which need not be of today's vocabulary."""
    data = deepcopy(data) | {"sweep": {}}
    for dotted, value in overrides.items():
        put(data, dotted, value)
    return data


def content(recipe: BaseModel) -> dict[str, Any]:
    """What the digest covers: the resolved recipe without the fields that only describe it."""
    return recipe.model_dump(mode="json", exclude=set(PROSE))
