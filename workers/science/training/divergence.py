"""Telling when the loss of a seed is not finite, or has gone up and stays up.

What is seen stays on the device until somebody asks: a GPU that had to answer at every step would wait for the host.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.failures import NotFinite
from workers.science.model import Weights

MULTIPLE = 10.0  # of the loss at the start, or of 1 where that is less: a run may go on from a loss near 0
PATIENCE = 100  # updates in a row
NEVER = -1


class DivergenceWatch:
    """Counts, for each seed, the updates in a row with a loss above MULTIPLE times that of its first update.

    A seed is told of once, when the count reaches PATIENCE, and trains on: losses that spike and recover are a known
    part of training (slingshots: Thilak et al. 2022, arXiv 2206.04817). Only what is not finite ends a run: then
    `is_broken` is 1, which makes the optimiser leave all weights as they were when it happened.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self.seeds = seeds
        self.is_broken = torch.zeros((), device=device)
        self._step = torch.zeros((), dtype=torch.int64, device=device)
        self._limit = torch.full((len(seeds),), torch.inf, dtype=torch.float64, device=device)
        self._in_a_row = torch.zeros(len(seeds), dtype=torch.int64, device=device)
        self._broken_at, self._found_at = torch.full((2, len(seeds)), NEVER, dtype=torch.int64, device=device)
        self._loss_when_found = torch.zeros(len(seeds), dtype=torch.float64, device=device)
        self._told: set[int] = set()  # places of seeds
        self._notices: list[tuple[int, str]] = []

    def see(self, losses: Float[Tensor, "seed"], *, is_first: bool) -> None:
        """Take in the losses before the next update. Nothing here waits for the device."""
        losses = losses.detach().double()
        if is_first:
            self._limit.copy_(MULTIPLE * losses.abs().clamp(min=1.0))
        self._in_a_row.copy_(torch.where(losses > self._limit, self._in_a_row + 1, 0))
        found = (self._in_a_row >= PATIENCE) & (self._found_at == NEVER)
        self._loss_when_found.copy_(torch.where(found, losses, self._loss_when_found))
        self._found_at.copy_(torch.where(found, self._step, self._found_at))
        broken = ~losses.isfinite() & (self._broken_at == NEVER)
        self._broken_at.copy_(torch.where(broken, self._step, self._broken_at))
        self.is_broken.copy_((self._broken_at != NEVER).any())
        self._step += 1

    def check(self, weights: Weights, trained: Weights) -> None:
        """Take note of seeds that were found to diverge. Raises NotFinite if a loss was broken, naming the first."""
        broken_at, found_at = torch.stack([self._broken_at, self._found_at]).tolist()
        if max(broken_at) != NEVER:
            step, place = min((step, place) for place, step in enumerate(broken_at) if step != NEVER)
            raise NotFinite(step=step, seed=self.seeds[place], tensor=culprit(weights, place))
        for place, step in enumerate(found_at):
            if step != NEVER and place not in self._told:
                self._told.add(place)
                self._notices.append((step, self._sentence(place, step, trained)))

    def take_notices(self) -> list[tuple[int, str]]:
        """What there is to say since the last time: a step and a sentence for each seed."""
        taken, self._notices = self._notices, []
        return taken

    def _sentence(self, place: int, step: int, weights: Weights) -> str:
        largest = max(weights, key=lambda name: float(weights[name][place].detach().abs().max()))
        limit, loss = float(self._limit[place]), float(self._loss_when_found[place])
        return (
            f"The training loss of seed {self.seeds[place]} has been above {limit:.3g} for {PATIENCE} updates and is "
            f"{loss:.3g} at step {step}; its largest weight is in {largest}. Training goes on."
        )

    def state(self) -> dict[str, Tensor]:
        return {
            "step": self._step,
            "limit": self._limit,
            "in_a_row": self._in_a_row,
            "found_at": self._found_at,
            "loss_when_found": self._loss_when_found,
        }

    def restore(self, state: dict[str, Tensor]) -> None:
        for name, value in self.state().items():
            value.copy_(state[name])
        self._told = {place for place, step in enumerate(self._found_at.tolist()) if step != NEVER}


def culprit(weights: Weights, place: int) -> str:
    """The first weight of a seed that is not finite, or the loss if all are sound."""
    broken = [name for name, weight in weights.items() if not weight[place].isfinite().all()]
    return broken[0] if broken else "the loss"
