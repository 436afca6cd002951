"""What attention heads do."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, Transformer


class HeadScores(Measure):
    """How much of their attention the heads pay where a known kind of head would, in [0, 1], on prompts of their own: a
    random sequence r, and r again. Each score as "induction L1H0", and the largest of all heads as "induction".

    previous-token: to the token before. duplicate-token: to the same token before. induction: to the token after that.
    prefix-matching: to every token that came after the same token; with tokens that repeat by chance it is larger.
    Source: Olsson et al. 2022, "In-context Learning and Induction Heads"; names as in transformer_lens.
    """

    needs: ClassVar[str] = "a causal transformer that reads at least four tokens"
    unit: ClassVar[str] = "fraction"
    name: Literal["head-scores"] = "head-scores"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and model.causal and task.reads == "tokens" and task.n_ctx >= 4
