"""Progress measures on what embeddings, neurons and logits hold of each frequency.

Source: Nanda et al. 2023, arXiv 2301.05217, sections 4 and 5; definitions in `experiments.recipe.measures`.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import FourierGini, FourierPower, KeyFrequencyCount, NeuronFve
from experiments.recipe.shares import additive_part
from workers.science.evaluation import Snapshot
from workers.science.fourier import fourier_basis, gini, power_of_pairs
from workers.science.key_frequencies import embedding_power, key_by_power, neuron_frequencies
from workers.science.modular_pairs import every_pair_of, has_neurons, neuron_logit_map, operand_tables
from workers.science.registry import implements

PerSeed = Float[Tensor, "seed"]


@implements(FourierPower)
def fourier_power(spec: FourierPower, snapshot: Snapshot) -> dict[str, PerSeed]:
    """Fractions in [0, 1]; those of an embedding add up to 1."""
    shares = power_shares(spec.of, snapshot, spec.part)
    by_frequency = {f"{spec.of} frequency {k + 1}": shares[:, k] for k in range(shares.shape[1])}
    return {spec.of: shares.amax(1)} | by_frequency


@implements(KeyFrequencyCount)
def key_frequency_count(spec: KeyFrequencyCount, snapshot: Snapshot) -> dict[str, PerSeed]:
    counts = {"by power": key_by_power(snapshot, spec.part, spec.threshold).sum(1)}
    if has_neurons(snapshot.model):
        clusters = neuron_frequencies(snapshot, spec.part).clusters(spec.neuron_threshold)
        counts["by neurons"] = (clusters > 0).sum(1)
    return {name: count.double() for name, count in counts.items()}


@implements(NeuronFve)
def neuron_fve(spec: NeuronFve, snapshot: Snapshot) -> dict[str, PerSeed]:
    found = neuron_frequencies(snapshot, spec.part)
    n_neurons = found.best.shape[1]
    shares = found.clusters(spec.neuron_threshold).double() / n_neurons
    by_frequency = {f"frequency {k + 1}": shares[:, k] for k in range(shares.shape[1])}
    return {"": shares.sum(1), "mean": found.explained.mean(1)} | by_frequency


@implements(FourierGini)
def fourier_gini(spec: FourierGini, snapshot: Snapshot) -> dict[str, PerSeed]:
    task = additive_part(snapshot.task, spec.part)
    assert task is not None, "the recipe refuses other tasks"
    basis = fourier_basis(task.modulus).to(next(iter(snapshot.weights.values())).device)
    tables = operand_tables(snapshot.task, snapshot.model, task.modulus, snapshot.weights.__getitem__)
    read = torch.cat(tables, dim=-1).double()  # (seed, token, d_model of all operands)
    values = {"embedding": gini((basis @ read).norm(dim=-1))}
    if has_neurons(snapshot.model):
        added = neuron_logit_map(snapshot.model, snapshot.weights).double()  # (seed, neuron, answer)
        values["neuron-logit map"] = gini((added @ basis.T).norm(dim=-2))
    return values


def power_shares(of: str, snapshot: Snapshot, part: str) -> Float[Tensor, "seed frequency"]:
    """What of the power is at each frequency; 0 where there is no power at all."""
    if of == "embedding":
        power = embedding_power(snapshot, part)
        total = power.sum(1)
    elif of == "neurons":
        found = neuron_frequencies(snapshot, part)
        power, total = found.power, found.total
    else:
        logits = every_pair_of(snapshot, part).logits  # (seed, pair, p)
        modulus = logits.shape[-1]
        by_output, of_output = power_of_pairs(logits.reshape(-1, modulus, modulus, modulus))
        power, total = by_output.sum(2), of_output.sum(1)
    return torch.where(total[:, None] > 0, power / total[:, None], torch.zeros_like(power))
