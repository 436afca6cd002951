"""Which answers a look is about, where it need not be all of them."""

from typing import Annotated

from pydantic import Field

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look, PartOfTask, Split
from experiments.recipe.tasks import MAX_TEST_EXAMPLES


class OnAnswers(Look):
    """Looks at some examples of a split, and there at all answers, at one, or at those of one kind."""

    split: Split = "test"
    part: PartOfTask = ""
    examples: Annotated[
        int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="at most so many, spread evenly over the split")
    ] = 256
    answer: Annotated[
        str, Field(max_length=80, description="one answer, by the name that the task gives it; all when empty")
    ] = ""
    kind: Annotated[
        str, Field(max_length=80, description="one kind of answers, as loss-per-slice has it; every kind when empty")
    ] = ""

    def has_its_answers(self, task: TaskSpec) -> bool:
        return self.answer in ("", *task.answer_names) and self.kind in ("", *task.slices)

    @property
    def said_which(self) -> str:
        """Behind the name of a component, so that two looks at different answers have different ones."""
        return (f" at {self.answer}" if self.answer else "") + (f" on {self.kind}" if self.kind else "")

    @property
    def said_all(self) -> str:
        """Behind the title of a plot, where it is not all answers of the test set: ", part add at k=0"."""
        split = ", training set" if self.split == "train" else ""
        return split + (f", part {self.part}" if self.part else "") + self.said_which
