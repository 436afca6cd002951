"""Which frequencies a network adds with, and which of its neurons belong to which."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from experiments.recipe.shares import additive_part
from workers.science.evaluation import Snapshot
from workers.science.fourier import frequency_norms, power_of_pairs
from workers.science.modular_pairs import neurons_of_every_pair, operand_tables

PerFrequency = Float[Tensor, "seed frequency"]  # frequency k stands at place k - 1


def embedding_power(snapshot: Snapshot, part: str = "") -> PerFrequency:
    """Squared norm of the components cos(w_k a) and sin(w_k a), over all operands."""
    task = additive_part(snapshot.task, part)
    assert task is not None, "the recipe refuses other tasks"
    tables = operand_tables(snapshot.task, snapshot.model, task.modulus, snapshot.weights.__getitem__)
    norms = torch.stack([frequency_norms(table) for table in tables])  # (operand, seed, frequency)
    return norms.square().sum(0)[:, 1:]


def key_by_power(snapshot: Snapshot, part: str, threshold: float) -> Bool[Tensor, "seed frequency"]:
    """Those with more than this share of the power of all frequencies."""
    power = embedding_power(snapshot, part)
    return power > threshold * power.sum(1, keepdim=True)


@dataclass(frozen=True)
class NeuronFrequencies:
    best: Int[Tensor, "seed neuron"]  # the place of its best frequency: k - 1
    explained: Float[Tensor, "seed neuron"]  # of its variance, by that one; 0 for a neuron that never changes
    power: PerFrequency  # of all neurons together
    total: Float[Tensor, "seed"]

    def clusters(self, threshold: float) -> Int[Tensor, "seed frequency"]:
        """How many neurons have each frequency as the best, which explains so much of them."""
        counts = torch.zeros(self.power.shape, dtype=torch.int64, device=self.best.device)
        return counts.scatter_add(1, self.best, (self.explained >= threshold).long())


def neuron_frequencies(snapshot: Snapshot, part: str = "") -> NeuronFrequencies:
    """The frequency of each neuron of the last layer: see `fourier.power_of_pairs`."""
    power, total = power_of_pairs(neurons_of_every_pair(snapshot, part))
    shares = torch.where(total[:, None] > 0, power / total[:, None], torch.zeros_like(power))
    explained, best = shares.max(1)
    return NeuronFrequencies(best, explained, power.sum(2), total.sum(1))
