from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import LargestError, ValueCopying, ValueOrder
from experiments.recipe.tasks import ReduceList
from workers.science.evaluation import Snapshot
from workers.science.registry import implements
from workers.science.value_circuits import (
    has_heads,
    logits_of_numbers,
    scores_of_numbers,
    share_in_order,
    share_on_diagonal,
)


@implements(LargestError)
def largest_error(spec: LargestError, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """max |argmax logits - label|, in [0, V - 1]."""
    errors = snapshot.outputs(spec.split).argmax(-1) - snapshot.labels(spec.split)
    return {"": errors.abs().amax((1, 2)).double()}


@implements(ValueOrder)
def value_order(spec: ValueOrder, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Share of pairs of numbers, in [0, 1], that the QK circuit orders as the task asks."""
    assert isinstance(snapshot.task, ReduceList)
    if not has_heads(snapshot):
        return {}
    return _by_head(share_in_order(scores_of_numbers(snapshot), largest_first=snapshot.task.operation == "max"))


@implements(ValueCopying)
def value_copying(spec: ValueCopying, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Share of numbers, in [0, 1], that the OV circuit copies."""
    return _by_head(share_on_diagonal(logits_of_numbers(snapshot))) if has_heads(snapshot) else {}


def _by_head(shares: Float[Tensor, "seed head"]) -> dict[str, Float[Tensor, "seed"]]:
    return {"": shares.amax(1)} | {f"L0H{head}": shares[:, head] for head in range(shares.shape[1])}
