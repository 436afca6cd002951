from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.measures.probes import MIN_EXAMPLES
from experiments.recipe.models import Model, Transformer


class OfHiddenStates(Look):
    needs: ClassVar[str] = "a transformer, a task with hidden states, and at least 8 examples to test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and bool(task.hidden_states) and task.n_test >= MIN_EXAMPLES


class ProbeMap(OfHiddenStates):
    """Accuracy of linear probes at the last checkpoint by layer, with their controls, and by item, as on a board; and
    how long the residual stream is at each layer. See the measure linear-probe."""

    name: Literal["probe-map"] = "probe-map"


class TransplantedProbes(OfHiddenStates):
    """How well the linear probe of each place in the residual stream reads every other place, at the last checkpoint:
    see the measure probe-transplant."""

    name: Literal["transplanted-probes"] = "transplanted-probes"


class OfNeurons(OfHiddenStates):
    needs: ClassVar[str] = "a transformer with neurons, a task with hidden states, and at least 8 examples to test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and isinstance(model, Transformer) and model.d_mlp > 0


class NeuronMap(OfNeurons):
    """What the neurons of the last checkpoint read and write along the directions of linear probes: a board for the
    neurons that line up best, reading against writing for all, and how well what they read foretells when they fire.
    See the measures neuron-directions and neuron-rules."""

    name: Literal["neuron-map"] = "neuron-map"


class NeuronExamples(OfNeurons):
    """How well single neurons of the last checkpoint tell a class of an item (see the measure neuron-auroc), and which
    tokens stand where the best of them are most active."""

    name: Literal["neuron-examples"] = "neuron-examples"
