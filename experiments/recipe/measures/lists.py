"""How a small transformer picks a number out of a list. Source: Gross et al. 2024, arXiv 2406.11779, section 3."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure, Split
from experiments.recipe.models import Model, Transformer
from experiments.recipe.tasks import ReduceList


class LargestError(Measure):
    """The largest |answer - right answer| over the examples: how wrong the worst answer is."""

    needs: ClassVar[str] = "task 'reduce-list'"
    unit: ClassVar[str] = "numbers apart"
    name: Literal["largest-error"] = "largest-error"
    split: Split = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, ReduceList)


class ValueCircuit(Measure):
    """Of each head, as "L0H0", and the largest of all heads; nothing of a transformer without layers."""

    needs: ClassVar[str] = "task 'reduce-list' and a transformer of at most one layer, without norms"
    unit: ClassVar[str] = "fraction"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return (
            isinstance(task, ReduceList)
            and isinstance(model, Transformer)
            and model.n_layers <= 1
            and model.normalization == "none"
        )


class ValueOrder(ValueCircuit):
    """Share of pairs of unlike numbers, at unlike places of the list, of which "=" scores the one higher that is to be
    picked (the larger for max): 1 when its attention is monotonic in the number, 1/2 without any order."""

    name: Literal["value-order"] = "value-order"


class ValueCopying(ValueCircuit):
    """Share of numbers v for which attending to v raises the logit of v above all others: row v of W_E W_V W_O W_U,
    with the mean over places of W_pos W_V W_O W_U, is largest on its diagonal. 1/V without any copying."""

    name: Literal["value-copying"] = "value-copying"
