"""Telling when the loss of a seed has gone up and stays up."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.model import Weights

MULTIPLE = 10.0  # of the loss at the start, or of 1 where that is less: a run may go on from a loss near 0
PATIENCE = 100  # updates in a row


class DivergenceWatch:
    """Counts, for each seed, the updates in a row with a loss above MULTIPLE times that of its first update.

    A seed is told of once, when the count reaches PATIENCE, and trains on: losses that spike and recover are a known
    part of training (slingshots: Thilak et al. 2022, arXiv 2206.04817). Only what is not finite ends a run.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self.seeds = seeds
        self._limit = torch.full((len(seeds),), torch.inf, dtype=torch.float64, device=device)
        self._in_a_row = torch.zeros(len(seeds), dtype=torch.int64, device=device)
        self._told = torch.zeros(len(seeds), dtype=torch.bool, device=device)

    def see(self, step: int, losses: Float[Tensor, "seed"], weights: Weights) -> list[str]:
        """A sentence for each seed that has just been found to diverge."""
        losses = losses.detach().double()
        if step == 0:
            self._limit.copy_(MULTIPLE * losses.abs().clamp(min=1.0))
        self._in_a_row.copy_(torch.where(losses > self._limit, self._in_a_row + 1, 0))
        found = (self._in_a_row >= PATIENCE) & ~self._told
        if not found.any():
            return []
        self._told |= found
        return [self._sentence(int(place), step, losses, weights) for place in found.nonzero()[:, 0]]

    def _sentence(self, place: int, step: int, losses: Float[Tensor, "seed"], weights: Weights) -> str:
        largest = max(weights, key=lambda name: float(weights[name][place].detach().abs().max()))
        limit, loss = float(self._limit[place]), float(losses[place])
        return (
            f"The training loss of seed {self.seeds[place]} has been above {limit:.3g} for {PATIENCE} updates and is "
            f"{loss:.3g} at step {step}; its largest weight is in {largest}. Training goes on."
        )

    def state(self) -> dict[str, Tensor]:
        return {"limit": self._limit, "in_a_row": self._in_a_row, "told": self._told}

    def restore(self, state: dict[str, Tensor]) -> None:
        for name, value in self.state().items():
            value.copy_(state[name])
