"""What the parts of a network do: where heads look, what they write, and what is lost without them.

Of a transformer without layers, a control in some sweeps, they show nothing; nor of one layer what needs two.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.answers import OnAnswers
from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.measures.mechanisms import PatchedSites, Replacement
from experiments.recipe.models import Mlp, Model, Transformer
from experiments.recipe.panels import MAX_VALUES
from experiments.recipe.spec import Many
from experiments.recipe.tasks import MAX_TEST_EXAMPLES


class AttentionPatterns(Look):
    """Where each head looks from each position, over the checkpoints: the mean over test examples, or one of them."""

    needs: ClassVar[str] = f"a transformer whose layers have at most {MAX_VALUES:,} numbers in its patterns"
    name: Literal["attention-patterns"] = "attention-patterns"
    examples: Annotated[
        int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="test examples in the mean; 1 shows the first alone")
    ] = 256

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and task.n_ctx**2 * model.n_heads <= MAX_VALUES


class ComponentEffects(OnAnswers):
    """Of every part of the network, what it writes directly towards the right answer, beside what the loss rises by
    when its output is replaced: as the measures logit-attribution and ablation-effect have them."""

    needs: ClassVar[str] = "a transformer answered with tokens, and an answer and a kind that the task has"
    name: Literal["component-effects"] = "component-effects"
    by: Replacement = "mean"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and task.answers == "token" and self.has_its_answers(task)


class ActivationPatching(OnAnswers):
    """How much of the right answer comes back on a corrupted example with one activation of the clean one: of each head
    by layer, and of each layer by position, as the measure patching-effect has it."""

    needs: ClassVar[str] = (
        "a transformer (for 'mlp', with MLPs) answered with tokens, and an answer and a kind that the task has"
    )
    name: Literal["activation-patching"] = "activation-patching"
    examples: Annotated[
        int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="at most so many, spread evenly over the split")
    ] = 64
    of: Annotated[Many[PatchedSites], Field(min_length=1, max_length=4)] = ("residual", "heads")

    def fits(self, task: TaskSpec, model: Model) -> bool:
        has_sites = isinstance(model, Transformer) and ("mlp" not in self.of or model.d_mlp > 0)
        return has_sites and task.answers == "token" and self.has_its_answers(task)


class HeadCircuits(Look):
    """The whole circuits of each head as tables over the vocabulary: W_E W_V W_O W_U, what attending to a token adds to
    each logit; W_E W_Q W_K^T W_E^T, which token looks for which; and that of the positions, where they are vectors.
    Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits".
    """

    needs: ClassVar[str] = f"a transformer whose layers have at most {MAX_VALUES:,} numbers in its circuits"
    name: Literal["head-circuits"] = "head-circuits"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        if not isinstance(model, Transformer) or task.reads != "tokens":
            return False
        largest = max(task.d_in * max(task.d_in, task.d_out), task.n_ctx**2)
        return largest * model.n_heads <= MAX_VALUES


class CompositionMap(Look):
    """How much of what each later head reads is what an earlier one writes, above random, for its queries, keys and
    values, over the checkpoints: as the measure composition-scores has it."""

    needs: ClassVar[str] = "a transformer"
    name: Literal["composition-map"] = "composition-map"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer)


class NeuronAblation(OnAnswers):
    """The loss when the first k neurons are replaced, against k: in the order of how much they write, the deviation of
    the neuron times the norm of its outgoing weights; the other way round; and in a random order, the control."""

    needs: ClassVar[str] = "a network with MLP neurons, and an answer and a kind that the task has"
    name: Literal["neuron-ablation"] = "neuron-ablation"
    # left out of what is written where it is the mean: digests of recipes are older than the choice
    by: Annotated[Replacement, Field(exclude_if=lambda by: by == "mean")] = "mean"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        has_neurons = isinstance(model, Mlp) or (isinstance(model, Transformer) and model.d_mlp > 0)
        return has_neurons and self.has_its_answers(task)
