"""Clock or pizza: definitions in `experiments.recipe.measures.clock_pizza`."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.measures import DistanceIrrelevance, GradientSymmetricity
from workers.science.evaluation import Snapshot
from workers.science.modular_pairs import SPLITS, every_pair_of, n_before_operands, rows_of_part
from workers.science.randomness import generator
from workers.science.registry import implements

PerSeed = Float[Tensor, "seed"]


@implements(GradientSymmetricity)
def gradient_symmetricity(spec: GradientSymmetricity, snapshot: Snapshot) -> dict[str, PerSeed]:
    """Mean of cos(dl_c / dE_a, dl_c / dE_b), in [-1, 1]."""
    inputs = torch.cat(
        [snapshot.splits[split].inputs[:, rows_of_part(snapshot, split, spec.part)] for split in SPLITS], 1
    )
    drawing = generator(0, "gradient symmetricity")
    pairs = torch.randint(inputs.shape[1], (spec.triples,), generator=drawing).to(inputs.device)
    outputs = torch.randint(snapshot.model.d_out, (spec.triples,), generator=drawing).to(inputs.device)
    return {"": cosines_of_gradients(snapshot, inputs[:, pairs], outputs).mean(1)}


def cosines_of_gradients(
    snapshot: Snapshot, inputs: Int[Tensor, "seed triple pos"], outputs: Int[Tensor, "triple"]
) -> Float[Tensor, "seed triple"]:
    """Of each triple, in float64; 0 where one of the gradients is 0."""
    weights = {name: weight.double() for name, weight in snapshot.weights.items()}
    leaves: list[Tensor] = []

    def as_leaf(embedded: Tensor) -> Tensor:
        leaves.append(embedded.detach().requires_grad_())
        return leaves[-1]

    with torch.enable_grad():
        said, _ = snapshot.model.run(weights, inputs, edit={"hook_embed": as_leaf})
        at_answer = said[:, :, -1]  # (seed, triple, d_out): the answer is the last position, or the only one
        chosen = at_answer.gather(-1, outputs.expand(len(inputs), -1)[..., None])
        (gradients,) = torch.autograd.grad(chosen.sum(), leaves)  # (seed, triple, pos, d_model)
    first = n_before_operands(snapshot.task)
    return torch.nn.functional.cosine_similarity(gradients[:, :, first], gradients[:, :, first + 1], dim=-1)


@implements(DistanceIrrelevance)
def distance_irrelevance(spec: DistanceIrrelevance, snapshot: Snapshot) -> dict[str, PerSeed]:
    """mean_d std_i(L[i, i + d]) / std(L), L[a, b] the logit of a + b."""
    pairs = every_pair_of(snapshot, spec.part)
    n_seeds, modulus = len(pairs.logits), pairs.logits.shape[-1]
    right = pairs.logits.gather(2, pairs.sums.expand(n_seeds, -1)[..., None]).view(n_seeds, modulus, modulus)
    residues = torch.arange(modulus, device=right.device)
    by_distance = right[:, residues, (residues + residues[:, None]) % modulus]  # (seed, distance, a)
    within = by_distance.std(-1, correction=0).mean(-1)
    return {"": within / right.flatten(1).std(-1, correction=0)}
