"""Looks at how a network adds or subtracts modulo p."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.measures.fourier import (
    KEY_THRESHOLD,
    NEURON_THRESHOLD,
    KeyThreshold,
    NeuronThreshold,
    OfAdditive,
    has_neurons,
)
from experiments.recipe.models import Model


class KeyFrequencies(OfAdditive):
    """Which frequencies are key at the last checkpoint, by the power of the embedding and by the neurons; the share of
    the power at each over the checkpoints; and restricted, excluded, train and test loss over the checkpoints, with
    these key frequencies, which are known only now that training is over.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 5.1 and figure 7.
    """

    name: Literal["key-frequencies"] = "key-frequencies"
    threshold: KeyThreshold = KEY_THRESHOLD
    neuron_threshold: NeuronThreshold = NEURON_THRESHOLD


class NeuronClusters(OfAdditive):
    """The neurons of the last layer at the last checkpoint by the frequency that explains most of each, and how much.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.3.
    """

    needs: ClassVar[str] = "neurons, and modular addition or subtraction (of a task with parts, name one)"
    name: Literal["neuron-clusters"] = "neuron-clusters"
    neuron_threshold: NeuronThreshold = NEURON_THRESHOLD

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and has_neurons(model)


class FourierOfPairs(OfAdditive):
    """Norm of every 2-D Fourier component (product of a wave in a and one in b) of neurons or logits on all pairs, over
    all neurons or outputs, at the last checkpoint; and the share of the power at each frequency over the checkpoints.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.2.
    """

    needs: ClassVar[str] = "modular addition or subtraction (of a task with parts, name one); for neurons an MLP layer"
    name: Literal["fourier-of-pairs"] = "fourier-of-pairs"
    of: Literal["neurons", "logits"] = "logits"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and (self.of != "neurons" or has_neurons(model))
