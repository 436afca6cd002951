"""Tasks that begin small: whole numbers of the task that grow while training goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, ValidationError

from experiments.recipe.combined import Combined, TaskSpec
from experiments.recipe.shares import phases
from experiments.recipe.spec import Spec
from experiments.recipe.training import MAX_STEPS

MAX_CURRICULA = 4


class Curriculum(Spec):
    """A whole number of the task that training begins below what the task says: it grows after every so many updates
    until it is there. The test set is that of the whole task from the first step on.

    What an easier task leaves out of an example is absent: numbers of a vector are 0, positions at the end are not
    there. Source: Garg et al. 2022, arXiv 2208.01066, appendix A, whose published run begins with 5 dimensions and 11
    points.
    """

    field: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="of the task, such as 'dims'")]
    start: Annotated[int, Field(ge=0, le=100_000, description="its value in the first update")]
    increment: Annotated[int, Field(ge=1, le=100_000, description="how much it grows at a time")] = 1
    interval: Annotated[int, Field(ge=1, le=MAX_STEPS, description="updates between two times")] = 2000

    def value_at(self, end: int, step: int) -> int:
        """In the update after `step` others; `end` is what the task says."""
        return min(end, self.start + self.increment * (step // self.interval))

    def changes(self, end: int, steps: int) -> range:
        """The updates, counted from 0, from which on the value is another one."""
        n_changes = -(-(end - self.start) // self.increment)
        return range(self.interval, min(steps, self.interval * n_changes + 1), self.interval)


@dataclass(frozen=True)
class Stage:
    """A stretch of training whose updates are alike."""

    first: int
    n_steps: int
    task: TaskSpec  # what is drawn from


def task_at(task: TaskSpec, curricula: Sequence[Curriculum], step: int) -> TaskSpec:
    """What the update after `step` others draws its examples from."""
    if not curricula:
        return task
    values = {curriculum.field: curriculum.value_at(getattr(task, curriculum.field), step) for curriculum in curricula}
    return task.model_copy(update=values)


def stages(task: TaskSpec, curricula: Sequence[Curriculum], steps: int) -> list[Stage]:
    """The stretches of training with the same task and the same shares of its parts."""
    firsts = {first for first, _ in phases(task, steps)}
    for curriculum in curricula:
        firsts.update(curriculum.changes(getattr(task, curriculum.field), steps))
    ordered = sorted(firsts)
    ends = [*ordered[1:], steps]
    return [
        Stage(first, end - first, task_at(task, curricula, first)) for first, end in zip(ordered, ends, strict=True)
    ]


def check_curricula(task: TaskSpec, curricula: Sequence[Curriculum], steps: int, *, has_loss_at: bool) -> None:
    """Every easier task is one that the network of the whole task can be shown. Raises ValueError."""
    for index, curriculum in enumerate(curricula):
        _check_field(task, curriculum, f"curriculum.{index}")
        if any(earlier.field == curriculum.field for earlier in curricula[:index]):
            raise ValueError(f"curriculum.{index}.field: {curriculum.field} has a curriculum already; one at most")
    for stage in stages(task, curricula, steps) if curricula else ():
        easier = stage.task
        if why := _what_is_wrong(easier) or _what_does_not_fit(easier, task):
            raise ValueError(f"curriculum: the task of step {stage.first} does not fit into that of the end: {why}")
        if has_loss_at and easier.n_answers < task.n_answers:
            raise ValueError(
                f"training.loss_at: does not go with a curriculum that has {easier.n_answers} of {task.n_answers} "
                f"answers at step {stage.first}; allowed: leave it out"
            )


def _what_is_wrong(task: TaskSpec) -> str:
    """The first reason why there is no such task; empty where there is one."""
    try:
        type(task).model_validate(task.model_dump())
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return ""


def _check_field(task: TaskSpec, curriculum: Curriculum, field: str) -> None:
    if isinstance(task, Combined):
        raise ValueError(f"{field}: '{task.name}' is made of several tasks; allowed: a task of its own")
    if task.n_train is not None:
        raise ValueError(f"{field}: '{task.name}' has a fixed training set; allowed: tasks that draw fresh examples")
    numbers = [
        name
        for name in type(task).model_fields
        if type(getattr(task, name)) is int and name not in ("n_test", "max_test")
    ]
    if curriculum.field not in numbers:
        raise ValueError(
            f"{field}.field: '{task.name}' has no whole number '{curriculum.field}' to grow; "
            f"allowed: {', '.join(numbers)}"
        )
    end = getattr(task, curriculum.field)
    if curriculum.start >= end:
        raise ValueError(f"{field}.start: {curriculum.start} does not grow to task.{curriculum.field}, {end}")


def _what_does_not_fit(easier: TaskSpec, task: TaskSpec) -> str:
    """In words; empty where all fits: the same outputs, and of what is read a first part of each position and of the
    positions, or of their vectors."""
    if (easier.d_out, easier.reads) != (task.d_out, task.reads):
        return f"there are {easier.d_out} outputs"
    if easier.d_in > task.d_in or (easier.d_in < task.d_in and task.reads != "vectors"):
        return f"there are {easier.d_in} {'tokens' if task.reads == 'tokens' else 'numbers to read'}"
    for name in ("position_names", "answer_names"):
        mine, whole = getattr(easier, name), getattr(task, name)
        if mine != whole[: len(mine)]:
            return f"{name.replace('_', ' ')} are {', '.join(mine[:4])}, ..."
    return ""
