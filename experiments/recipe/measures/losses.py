"""How good the answers are."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import UNIT_SQUARED_ERROR, Measure, PartOfTask, Split
from experiments.recipe.models import Model
from experiments.recipe.tasks import FeatureReconstruct
from experiments.recipe.tasks.regression import InContext


class Loss(Measure):
    """What training lowers, computed in its loss dtype: mean cross-entropy at the answers, in nats per token; or, where
    a task is answered with numbers, the mean over answers of the squared error (weighted by importance)."""

    unit: ClassVar[str] = "nats per token"
    name: Literal["loss"] = "loss"
    split: Split = "test"
    part: PartOfTask = ""

    def unit_on(self, task: TaskSpec) -> str:
        return task.loss_unit

    def floor_on(self, task: TaskSpec) -> float | None:
        return task.irreducible_loss


class LossPerPosition(Measure):
    """The loss at each answer of an example apart, by the names that the task gives its answers; "k=0", "k=1", ...
    where it gives none: k answers came before."""

    needs: ClassVar[str] = "a task with several answers per example"
    unit: ClassVar[str] = "nats per token"
    name: Literal["loss-per-position"] = "loss-per-position"
    split: Split = "test"

    def unit_on(self, task: TaskSpec) -> str:
        return task.loss_unit

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return task.n_answers > 1


class LossPerSlice(Measure):
    """The loss on each kind of answer apart, as "carry 2" or "2 hops": which kinds there are, the task says."""

    needs: ClassVar[str] = "a task that tells kinds of answers apart"
    unit: ClassVar[str] = "nats per token"
    name: Literal["loss-per-slice"] = "loss-per-slice"
    split: Split = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return task.answers == "token" and bool(task.slices)


class Accuracy(Measure):
    """Fraction of answer positions, in [0, 1], at which the largest logit is the right token."""

    needs: ClassVar[str] = "a task answered with tokens"
    unit: ClassVar[str] = "fraction"
    name: Literal["accuracy"] = "accuracy"
    split: Split = "test"
    part: PartOfTask = ""

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return task.answers == "token"


class AccuracyPerPosition(Measure):
    """The accuracy at each answer of an example apart, by the names that the task gives its answers; "k=0", "k=1", ...
    where it gives none: k answers came before."""

    needs: ClassVar[str] = "a task with several answers per example, each a token"
    unit: ClassVar[str] = "fraction"
    name: Literal["accuracy-per-position"] = "accuracy-per-position"
    split: Split = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return task.answers == "token" and task.n_answers > 1


class AccuracyPerSlice(Measure):
    """The accuracy on each kind of answer apart, as "carry 2" or "2 hops": which kinds there are, the task says."""

    needs: ClassVar[str] = "a task that tells kinds of answers apart"
    unit: ClassVar[str] = "fraction"
    name: Literal["accuracy-per-slice"] = "accuracy-per-slice"
    split: Split = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return task.answers == "token" and bool(task.slices)


class ExactMatch(Measure):
    """Fraction of examples, in [0, 1], all of whose answers are right."""

    needs: ClassVar[str] = "a task with several answers per example, each a token"
    unit: ClassVar[str] = "fraction"
    name: Literal["exact-match"] = "exact-match"
    split: Split = "test"
    part: PartOfTask = ""

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return task.answers == "token" and task.n_answers > 1


class ExcessLoss(Measure):
    """Squared error minus that of a method on the same examples: over all answers, and at each as "k=3"; for all
    methods but least squares as "lasso" and "lasso k=3". 0 is as good as the method on the k pairs before.

    least squares: the fit of least norm, where k < D. lasso: with penalty 0.01. kernel regression: with the covariance
    of random networks as the kernel. trained network: with one hidden layer of 100, by 100 steps of Adam on the pairs.
    greedy tree: of depth 4, on the signs of x. All but the first two take long: see only_at_end. Source: Garg et al.
    2022, arXiv 2208.01066, sections 3 to 5.
    """

    needs: ClassVar[str] = "task 'icl-regression', 'icl-sparse', 'icl-network' or 'icl-tree'"
    unit: ClassVar[str] = UNIT_SQUARED_ERROR
    name: Literal["excess-loss"] = "excess-loss"
    split: Literal["test"] = "test"
    against: Literal["least squares", "averaging", "lasso", "kernel regression", "trained network", "greedy tree"] = (
        "least squares"
    )

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, InContext)


class LossPerFeature(Measure):
    """Mean squared error of each feature apart, as "feature 0", ..., without its importance."""

    needs: ClassVar[str] = "task 'feature-reconstruct'"
    unit: ClassVar[str] = UNIT_SQUARED_ERROR
    name: Literal["loss-per-feature"] = "loss-per-feature"
    split: Literal["test"] = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, FeatureReconstruct)
