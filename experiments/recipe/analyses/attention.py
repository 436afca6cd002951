from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.measures import VocabularySplit
from experiments.recipe.models import Model, Transformer

MAX_TOKENS = 256  # of the vocabulary: a heat map has their square


class AttentionByToken(Look):
    """How much attention each head pays to each token when it stands at another and has to answer: mean over test
    examples of what goes to all places of the token, where it is there at all. Of the last checkpoint. Tokens are
    numbers of the vocabulary; signs such as START or "=" come after the numbers. Nothing without layers."""

    needs: ClassVar[str] = f"a transformer that reads at most {MAX_TOKENS} different tokens"
    name: Literal["attention-by-token"] = "attention-by-token"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and task.reads == "tokens" and task.d_in <= MAX_TOKENS


class HeadsByToken(Look):
    """How much of its attention each head pays to the right answer, by which token that is, and what it says on seeing
    each token, at the last checkpoint: what the measure `vocabulary-split` sums up. Nothing without layers.

    Source: Urdshals & Urdshals 2025, arXiv 2501.18666.
    """

    needs: ClassVar[str] = VocabularySplit.needs
    name: Literal["heads-by-token"] = "heads-by-token"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return VocabularySplit().fits(task, model)
