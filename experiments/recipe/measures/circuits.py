"""What the weights of attention heads say of themselves, without any example."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, Transformer


class CopyingScore(Measure):
    """Sum of Re lambda_i / sum of |lambda_i| over the eigenvalues of W_E W_V W_O W_U, in [-1, 1]: 1 for a head that
    raises the logit of whatever token it attends to, -1 for one that lowers it. Of each head as "L0H1", and the largest
    as "largest head"; nothing without layers. Norms and biases are left out. Source: Elhage et al. 2021, "A
    Mathematical Framework for Transformer Circuits", section on copying.
    """

    needs: ClassVar[str] = "a transformer, and answers that are among the tokens it reads"
    unit: ClassVar[str] = "fraction"
    name: Literal["copying-score"] = "copying-score"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        are_tokens = task.reads == "tokens" and task.answers == "token" and task.d_out <= task.d_in
        return isinstance(model, Transformer) and are_tokens


class CompositionScores(Measure):
    """How much of what a later head reads is what an earlier one writes: ||W_OV X|| / (||W_OV|| ||X||) in the Frobenius
    norm, where X is W_QK of the later head for its queries, W_QK^T for its keys, W_OV for its values; minus the mean of
    100 products of Gaussian matrices of the same shapes, about 1/sqrt(d_model). Of each pair as "K L0H1 to L1H0", and
    the largest as "K largest"; nothing with fewer than two layers. Norms, and the rotation of rotary positions, are
    left out. Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits", section on composition.
    """

    needs: ClassVar[str] = "a transformer"
    unit: ClassVar[str] = "above random"
    name: Literal["composition-scores"] = "composition-scores"
    of: Literal["Q", "K", "V"] = "K"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer)
