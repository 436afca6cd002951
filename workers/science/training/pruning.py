"""Training that begins anew in the middle of a run, on a part of the network."""

import torch
from torch import Tensor

from workers.science.interventions.intervention import Masks, Rounds
from workers.science.model import Weights
from workers.science.training.optimizer import Optimizer


class Pruning:
    """Keeps the masks that last, and narrows them where a round begins. Everything is changed in place: a captured step
    goes on with the same tensors."""

    def __init__(self, rounds: Rounds | None, masks: Masks, weights: Weights, optimizer: Optimizer) -> None:
        self._rounds, self._weights, self._optimizer = rounds, weights, optimizer
        names = rounds.names if rounds else ()
        whole = {name: torch.ones_like(weights[name], dtype=torch.bool) for name in names}
        self._own = {name: everything & masks.kept.get(name, everything) for name, everything in whole.items()}
        self.masks = Masks(masks.kept | self._own, lasts=True)

    def before(self, step: int) -> int:
        """Begin a round if one begins with this update; the number of the update in its round, from 0."""
        if self._rounds is None:
            return step
        start = self._rounds.start_of(step)
        if step == start > 0:
            self._begin(self._rounds.number_of(step), self._rounds)
        return step - start

    @torch.no_grad()
    def _begin(self, number: int, rounds: Rounds) -> None:
        for name, kept in rounds.kept(number, self._weights).items():
            self._own[name].logical_and_(kept)
        for name, weight in self._weights.items():
            first = rounds.first[name]
            weight.copy_(first * self._own[name] if name in self._own else first)
        self._optimizer.restart()

    def state(self) -> dict[str, Tensor]:
        return self._own

    def restore(self, state: dict[str, Tensor]) -> None:
        for name, kept in state.items():
            self._own[name].copy_(kept)
