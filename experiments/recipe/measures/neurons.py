"""What single neurons have to do with hidden states, such as the squares of a board."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.measures.probes import MIN_EXAMPLES
from experiments.recipe.models import Model, Transformer


class OfNeurons(Measure):
    needs: ClassVar[str] = "a transformer with neurons, a task with hidden states, and at least 8 examples to test"

    split: Literal["test"] = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        has_neurons = isinstance(model, Transformer) and model.d_mlp > 0
        return has_neurons and bool(task.hidden_states) and task.n_test >= MIN_EXAMPLES


class NeuronDirections(OfNeurons):
    """How well neurons line up with what linear probes read, as cosines. "reads L0": the mean over the neurons of layer
    0 of the largest |cos| between their input weights and the direction of a class of an item ("mine" of "c4"), probed
    where the layer reads; "writes L0": of their output weights, probed after the layer; "random L0": of random vectors.
    "in-out L0": the mean of cos(W_in, W_out), negative where neurons take off what they read; "erasing L0": the share
    of neurons with cos < -3 / sqrt(d_model), which random vectors hardly ever have.

    The first hidden state that the task names is looked at. Source: Gurnee et al. 2024, arXiv 2401.12181, section 5,
    for cos(W_in, W_out).
    """

    unit: ClassVar[str] = "cosine or fraction"
    name: Literal["neuron-directions"] = "neuron-directions"


class NeuronAuroc(OfNeurons):
    """How well the best single neuron tells a class of an item from the others by its activation: the area under the
    curve of hits against false alarms, 1/2 for chance and 1 for a neuron that is a detector. Mean over items, as
    "mine", "theirs", "empty"; over these too, of the neurons of each layer as "L0", and of all as the whole. Neurons
    are chosen on other examples than those they are scored on.

    The first hidden state that the task names is looked at.
    """

    unit: ClassVar[str] = "area under the curve"
    name: Literal["neuron-auroc"] = "neuron-auroc"


class NeuronRules(OfNeurons):
    """How well what a neuron reads foretells when it fires. Its rule: the one, two or three classes of items, such as
    "theirs" of "c4", along whose probe directions its input weights lie best all hold at once; how many of them, other
    answers than those it is scored on decide, by F1. It fires where its activation is among its largest tenth there.
    "precision L0": P(fires | rule), "recall L0": P(rule | fires), "f1 L0": 2 P R / (P + R); means over the neurons of a
    layer, and of all as "precision", "recall", "f1". "shuffled f1": of the rules of other neurons of the layer, the
    control; a rule that has nothing to do with a neuron has a precision of 0.1.

    The first hidden state that the task names is looked at. A rule that never holds has a precision of 0.
    """

    unit: ClassVar[str] = "fraction"
    name: Literal["neuron-rules"] = "neuron-rules"
