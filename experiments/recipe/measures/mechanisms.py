"""What the parts of a transformer do for its answers."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.answers import OnAnswers
from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, Transformer

Replacement = Annotated[
    Literal["zero", "mean", "resample"],
    Field(description="zero; mean: over the examples, at each position; resample: what another example has there"),
]


class Ablation(OnAnswers, Measure):
    """What changes at the answers when the output of one part is replaced; nothing without layers."""

    needs: ClassVar[str] = "a transformer, and an answer and a kind that the task has"

    by: Replacement = "mean"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and self.has_its_answers(task)


class AblationEffect(Ablation):
    """How much the loss rises at the answers when the output of one part is replaced: m_ablated - m_base, for each head
    as "mean L0H1", each layer's attention as "mean L0 attention", each MLP as "mean L0 MLP"; and of the heads the
    largest, as "mean largest head". Zeros are far from what the rest of the network is used to; the mean and other
    examples' outputs are not. Source: Chan et al. 2022, "Causal scrubbing", and Wang et al. 2022, arXiv 2211.00593.
    """

    unit: ClassVar[str] = "nats per token"
    name: Literal["ablation-effect"] = "ablation-effect"

    def unit_on(self, task: TaskSpec) -> str:
        return task.loss_unit


class AblationEffectOnAccuracy(Ablation):
    """How much the accuracy at the answers changes when the output of one part is replaced: negative where the part
    helps. Components as those of ablation-effect; of the heads the one that costs most, as "mean largest head"."""

    needs: ClassVar[str] = "a transformer answered with tokens, and an answer and a kind that the task has"
    unit: ClassVar[str] = "fraction"
    name: Literal["ablation-effect-on-accuracy"] = "ablation-effect-on-accuracy"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and task.answers == "token"


class LogitAttribution(OnAnswers, Measure):
    """What each part of the network adds directly to the logit of the right answer, over that of the wrong ones: mean
    over the answers of (what the part writes / scale of the final norm) . (W_U[right] - W_U[wrong]). Heads as "L0H1",
    MLPs as "L0 MLP", and "embedding" and "positions"; together they are the logit difference, the component without a
    name. Wrong is the answer that the task sets against the right one, such as the repeated name; where it sets none,
    the mean of all others. Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; Wang et al.
    2022, arXiv 2211.00593.
    """

    needs: ClassVar[str] = "a transformer answered with tokens, and an answer and a kind that the task has"
    unit: ClassVar[str] = "logits"
    name: Literal["logit-attribution"] = "logit-attribution"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and task.answers == "token" and self.has_its_answers(task)


PatchedSites = Literal["heads", "residual", "attention", "mlp"]


class PatchingEffect(OnAnswers, Measure):
    """How much of the right answer comes back on a corrupted example when one activation is that of the clean one:
    (m_patched - m_corrupted) / (m_clean - m_corrupted), where m is the logit of the clean example's answer minus that
    of the corrupted one's: 0 where nothing does, 1 where all does. Of each head as "L0H1", or of each layer at each
    position as "L0 residual =" (before the layer; "end residual =" after the last), "L0 attention =", "L0 MLP =".

    The corrupted example is the one that the task makes of the clean one; where it makes none, another example, and
    answers that the two have in common are left out. Nothing without layers. Source: Meng et al. 2022, arXiv
    2202.05262; Wang et al. 2022, arXiv 2211.00593; as in transformer_lens's patching.
    """

    needs: ClassVar[str] = (
        "a transformer (for 'mlp', with MLPs) answered with tokens, and an answer and a kind that the task has"
    )
    unit: ClassVar[str] = "fraction"
    name: Literal["patching-effect"] = "patching-effect"
    of: PatchedSites = "heads"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        has_sites = isinstance(model, Transformer) and (self.of != "mlp" or model.d_mlp > 0)
        return has_sites and task.answers == "token" and self.has_its_answers(task)
