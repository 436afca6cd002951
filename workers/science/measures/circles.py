"""What weights are made of when a network adds on circles; definitions in `experiments.recipe.measures.circles`."""

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import Circularity, EffectiveRank, KeyFrequencyShare
from experiments.recipe.shares import additive_part
from workers.science.evaluation import Snapshot
from workers.science.fourier import frequency_norms
from workers.science.key_frequencies import embedding_power, neuron_frequencies
from workers.science.measures.progress_measures import keys
from workers.science.modular_pairs import has_neurons, neuron_logit_map, operand_tables
from workers.science.registry import implements

PerSeed = Float[Tensor, "seed"]
N_COMPONENTS = 4  # as Zhong et al. 2023


@implements(Circularity)
def circularity(spec: Circularity, snapshot: Snapshot) -> dict[str, PerSeed]:
    task = additive_part(snapshot.task, spec.part)
    assert task is not None, "the recipe refuses other tasks"
    table = operand_tables(snapshot.task, snapshot.model, task.modulus, snapshot.weights.__getitem__)[0].double()
    return {"": circularity_of(table)}


def circularity_of(table: Float[Tensor, "seed token d_model"]) -> PerSeed:
    """Mean over the first principal components over tokens of max_k power_k / sum_k power_k."""
    centred = table - table.mean(1, keepdim=True)
    components = torch.linalg.svd(centred, full_matrices=False).U[..., :N_COMPONENTS]  # (seed, token, component)
    power = frequency_norms(components.mT[..., None])[..., 1:].square()  # (seed, component, frequency)
    return (power.amax(-1) / power.sum(-1)).mean(-1)


@implements(KeyFrequencyShare)
def key_frequency_share(spec: KeyFrequencyShare, snapshot: Snapshot) -> dict[str, PerSeed]:
    power = {"embedding": embedding_power(snapshot, spec.part)}
    totals = {"embedding": power["embedding"].sum(1)}
    if has_neurons(snapshot.model):
        added = neuron_logit_map(snapshot.model, snapshot.weights).mT  # (seed, answer, neuron)
        power["neuron-logit map"] = frequency_norms(added)[:, 1:].square()
        totals["neuron-logit map"] = power["neuron-logit map"].sum(1)
        found = neuron_frequencies(snapshot, spec.part)
        power["neurons"], totals["neurons"] = found.power, found.total
    key = keys(spec, snapshot, len(power["embedding"]))
    return {name: (of * key).sum(1) / totals[name].clamp(min=1e-300) for name, of in power.items()}


@implements(EffectiveRank)
def effective_rank(spec: EffectiveRank, snapshot: Snapshot) -> dict[str, PerSeed]:
    matrices = {name: weight for name, weight in snapshot.weights.items() if weight.ndim == 3}
    matrices["neuron-logit map"] = neuron_logit_map(snapshot.model, snapshot.weights)
    return {name: participation_ratio(torch.linalg.svdvals(matrix.double())) for name, matrix in matrices.items()}


def participation_ratio(singular_values: Float[Tensor, "seed value"]) -> PerSeed:
    """(sum l)^2 / sum l^2 of their squares l; 0 for a matrix of zeros."""
    squares = singular_values.double().square()
    return squares.sum(-1).square() / squares.square().sum(-1).clamp(min=1e-300)
