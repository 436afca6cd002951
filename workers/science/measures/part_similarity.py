import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import PartSimilarity
from experiments.recipe.measures.parts import compared_parts
from workers.science.evaluation import Snapshot
from workers.science.measures.fourier_power import power_shares
from workers.science.modular_pairs import neurons_of_every_pair
from workers.science.registry import implements


@implements(PartSimilarity)
def part_similarity(spec: PartSimilarity, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Linear CKA of the neurons, and the overlap of the spectra of the logits, of every two parts."""
    values: dict[str, Tensor] = {}
    for first, second in compared_parts(snapshot.task):
        neurons = [neurons_of_every_pair(snapshot, part).double().flatten(1, 2) for part in (first, second)]
        shares = [power_shares("logits", snapshot, part) for part in (first, second)]
        values[f"neurons {first} {second}"] = linear_cka(*neurons)
        values[f"frequencies {first} {second}"] = overlap(*shares)
    return values


def linear_cka(x: Float[Tensor, "seed example d_x"], y: Float[Tensor, "seed example d_y"]) -> Float[Tensor, "seed"]:
    """||X^T Y||_F^2 / (||X^T X||_F ||Y^T Y||_F) of centred columns, in [0, 1]; not a number where one never changes."""
    x, y = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
    shared, of_x, of_y = (torch.linalg.matrix_norm(a.mT @ b) for a, b in ((x, y), (x, x), (y, y)))
    cka: Tensor = shared.square() / (of_x * of_y)
    return cka


def overlap(p: Float[Tensor, "seed frequency"], q: Float[Tensor, "seed frequency"]) -> Float[Tensor, "seed"]:
    """Sum of min(p_k, q_k), each scaled to add up to 1."""
    return torch.minimum(p / p.sum(1, keepdim=True), q / q.sum(1, keepdim=True)).sum(1)
