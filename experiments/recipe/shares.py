"""How many examples of each part of a task an update sees: for the engine, the budget and the checks alike."""

from collections.abc import Mapping
from typing import Literal

from experiments.recipe.combined import Combined, TaskSpec, TwoPhase
from experiments.recipe.tasks import ModularAddition, ModularSubtraction, SingleTask

WHOLE = ""  # the name of the one part of a task that has no parts


def tasks_by_part(task: TaskSpec) -> Mapping[str, SingleTask]:
    return task.tasks if isinstance(task, Combined) else {WHOLE: task}


def n_fixed(task: TaskSpec) -> int:
    """Examples in the fixed training sets of those parts that have one."""
    return sum(part.n_train or 0 for part in tasks_by_part(task).values())


def additive_part(task: TaskSpec, part: str = WHOLE) -> ModularAddition | ModularSubtraction | None:
    """The part of the task that goes by this name, where it adds or subtracts: then sums of waves solve it."""
    found = tasks_by_part(task).get(part)
    return found if isinstance(found, ModularAddition | ModularSubtraction) else None


def is_additive(task: TaskSpec) -> bool:
    """Every part of it adds or subtracts."""
    return all(additive_part(task, name) is not None for name in tasks_by_part(task))


def shares_at(task: TaskSpec, step: int) -> dict[str, float]:
    """What of the loss falls to each part in the update after `step` others; parts without a share are left out."""
    shares = task.shares_at(step) if isinstance(task, Combined) else {WHOLE: 1.0}
    return {name: share for name, share in shares.items() if share > 0}


def counts_at(task: TaskSpec, batch: int | Literal["full"], step: int) -> dict[str, int]:
    """Examples of each part with a share: its whole training set, or its share of the batch in whole examples."""
    shares = shares_at(task, step)
    if batch == "full":
        sizes = {name: part.n_train for name, part in tasks_by_part(task).items()}
        return {name: sizes[name] or 0 for name in shares}
    return apportioned(batch, shares)


def apportioned(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers that add up to `total`, as close to the shares as can be: the largest remainders are rounded up."""
    counts = {name: int(total * share) for name, share in shares.items()}
    remainders = sorted(shares, key=lambda name: counts[name] - total * shares[name])
    for name in remainders[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def phases(task: TaskSpec, steps: int) -> list[tuple[int, int]]:
    """The stretches of training with the same shares: first step and number of updates of each."""
    if not isinstance(task, TwoPhase):
        return [(0, steps)]
    return [(0, task.switch_at), (task.switch_at, steps - task.switch_at)]
