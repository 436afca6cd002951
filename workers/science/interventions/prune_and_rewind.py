import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.interventions import PruneAndRewind
from workers.science.interventions.intervention import Intervention, Rounds, Stage, matrices
from workers.science.interventions.mask_weights import largest
from workers.science.model import Weights
from workers.science.randomness import generator
from workers.science.registry import implements


@implements(PruneAndRewind)
class IterativePruning(Intervention):
    """Source: Frankle & Carbin 2019, arXiv 1803.03635, section 2, strategy 1: pruning is per matrix, the weights go
    back to those before the first update, and what is pruned stays so."""

    def __init__(self, spec: PruneAndRewind) -> None:
        self.spec = spec

    def rounds(self, stage: Stage, purpose: str) -> Rounds:
        names = matrices(list(stage.weights), self.spec.parameters)
        first = {name: weight.clone() for name, weight in stage.weights.items()}
        if self.spec.survivors == "shuffled":
            first |= {name: _shuffled(first[name], stage.seeds, f"{purpose} {name}") for name in names}
        ranks = {name: _random_ranks(first[name], stage.seeds, f"{purpose} {name}") for name in names}

        def kept(number: int, weights: Weights) -> dict[str, Bool[Tensor, "seed ..."]]:
            """Ever fewer of one order: what is zero already is the smallest, and random ranks are drawn once."""
            share = self.spec.keep ** (number / self.spec.rounds)
            by = weights if self.spec.by == "magnitude" else ranks
            return {name: largest(by[name].detach(), share) for name in names}

        return Rounds(self.spec.every, self.spec.rounds, first, tuple(names), kept)


def _random_ranks(weight: Tensor, seeds: tuple[int, ...], purpose: str) -> Float[Tensor, "seed ..."]:
    shape = weight.shape[1:]
    drawn = [torch.rand(shape, generator=generator(seed, purpose), dtype=torch.float64) for seed in seeds]
    return torch.stack(drawn).to(weight.device)


def _shuffled(weight: Float[Tensor, "seed *dims"], seeds: tuple[int, ...], purpose: str) -> Float[Tensor, "seed *dims"]:
    """The entries of each seed's matrix in another order."""
    size = weight[0].numel()
    orders = [torch.randperm(size, generator=generator(seed, f"{purpose} order")) for seed in seeds]
    return weight.flatten(1).gather(1, torch.stack(orders).to(weight.device)).view(weight.shape)
