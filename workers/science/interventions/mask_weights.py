import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.interventions import MaskWeights
from workers.science.interventions.intervention import Intervention, Masks, Stage, matrices
from workers.science.randomness import generator
from workers.science.registry import implements


@implements(MaskWeights)
class MaskSmallWeights(Intervention):
    """Zero all but a share of the entries of each matrix and seed: keep the largest, or as many at random.

    Source: Frankle & Carbin 2019, arXiv 1803.03635, section 2; pruning is per matrix, as in their small networks.
    """

    def __init__(self, spec: MaskWeights) -> None:
        self.spec = spec

    def masks(self, stage: Stage, purpose: str) -> Masks:
        source = stage.weights if self.spec.of == "initial" else stage.given
        assert source is not None, "the recipe refuses 'given' without a run to start from"
        names = matrices(list(stage.weights), self.spec.parameters)
        if absent := [name for name in names if name not in source]:
            raise ValueError(f"the run in [start] has no {', '.join(absent)} whose magnitude could tell what to keep")
        if self.spec.by == "magnitude":
            kept = {name: largest(source[name], self.spec.keep) for name in names}
        else:
            kept = {name: self._at_random(stage, name, f"{purpose} {name}") for name in names}
        return Masks(kept, lasts=self.spec.when == "for-ever")

    def _at_random(self, stage: Stage, name: str, purpose: str) -> Bool[Tensor, "seed *dims"]:
        shape = stage.weights[name].shape[1:]
        ranks = [torch.rand(shape, generator=generator(seed, purpose), dtype=torch.float64) for seed in stage.seeds]
        return largest(torch.stack(ranks), self.spec.keep)


def largest(values: Float[Tensor, "seed *dims"], share: float) -> Bool[Tensor, "seed *dims"]:
    """True at the round(share n) entries of each seed's n that are largest in magnitude; the earlier one of equals."""
    flat = values.abs().flatten(1)
    n_kept = round(share * flat.shape[1])
    order = flat.sort(dim=1, descending=True, stable=True).indices
    kept = torch.zeros_like(flat, dtype=torch.bool).scatter(1, order[:, :n_kept], True)
    return kept.view(values.shape)
