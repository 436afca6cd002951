"""What attention heads do."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.answers import OnAnswers
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


class AttentionFromAnswers(OnAnswers, Measure):
    """Where the heads look from the positions at which they are asked; nothing without layers, so that a sweep can go
    down to none, as a control."""

    unit: ClassVar[str] = "fraction"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and self.has_its_answers(task)


class AttentionToAnswer(AttentionFromAnswers):
    """How much of its attention each head pays, from the positions that are asked, to those where the right answer
    stands already: in [0, 1], as "L0H1", and the largest of all heads as "largest head". A head that copies what it
    attends to needs nothing else. It means something where answers are among the tokens that are read."""

    needs: ClassVar[str] = "a transformer answered with tokens, and an answer and a kind that the task has"
    name: Literal["attention-to-answer"] = "attention-to-answer"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and task.answers == "token"


class AttentionToPosition(AttentionFromAnswers):
    """How much of its attention each head pays, from the positions that are asked, to those of one name: in [0, 1], as
    "L0H1 to =", and the largest of all heads as "largest head to ="."""

    needs: ClassVar[str] = "a transformer, and an answer, a kind and a position that the task has"
    name: Literal["attention-to-position"] = "attention-to-position"
    to: Annotated[str, Field(max_length=80, description="a position, by the name that the task gives it")]

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and self.to in task.position_names


class VocabularySplit(AttentionFromAnswers):
    """Whether heads share the tokens out among them: the mutual information of the right answer and the head that looks
    at it, over the ln of the number of heads. 1 where every token has one head of its own and all heads have as many; 0
    where all look at every token alike, or one head does all. A head's weight for a token is the attention it pays,
    from the positions that are asked, to where the right answer stands.

    Of each head: "L0H0 share", what of the looking is its own, on the mean over tokens; "L0H0 copies", the share of
    tokens whose own logit it raises most on seeing them, by W_E W_V W_O W_U; "L0H0 suppresses", of those whose own
    logit it lowers most. Nothing without layers. Source: Urdshals & Urdshals 2025, arXiv 2501.18666, which finds
    vocabulary-splitting and copy-suppression in networks that sort; the number is ours.
    """

    needs: ClassVar[str] = "a transformer, and answers that are among the tokens it reads"
    name: Literal["vocabulary-split"] = "vocabulary-split"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        are_tokens = task.reads == "tokens" and task.answers == "token" and task.d_out <= task.d_in
        return super().fits(task, model) and are_tokens
