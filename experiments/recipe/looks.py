"""What every measure and analysis says of itself: what it looks at, and where it has a meaning."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.combined import TaskSpec
from experiments.recipe.models import Model
from experiments.recipe.spec import Spec

Split = Literal["train", "test"]
UNIT_SQUARED_ERROR = "squared error"
PartOfTask = Annotated[
    str, Field(max_length=30, description="a part of a mixture or two-phase task; all of them together when empty")
]


class Look(Spec):
    """A measure or an analysis, and where it has a meaning."""

    needs: ClassVar[str] = ""  # what `fits` asks for, in words

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return True


class Measure(Look):
    unit: ClassVar[str]

    only_at_end: Annotated[
        bool, Field(description="take it after the last step alone: for what costs too much at every measured step")
    ] = False

    def unit_on(self, task: TaskSpec) -> str:
        return self.unit

    def floor_on(self, task: TaskSpec) -> float | None:
        """What the best possible network reaches, where the task says so: a line in the plot."""
        return None
