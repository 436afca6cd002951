"""One update of every seed's weights, as work for the device alone."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.interventions.intervention import Masks, Projections
from workers.science.model import Weights
from workers.science.training.batches import Batch
from workers.science.training.clipping import clipped
from workers.science.training.divergence import DivergenceWatch
from workers.science.training.objective import Objective
from workers.science.training.optimizer import Optimizer

Losses = Float[Tensor, "seed"]
StepFunction = Callable[[Batch, int], Tensor]  # of what is shown and the number of the update


class Step:
    """The losses before an update, and the update.

    Unless it checks at once, it reads no number back, and can be captured as a CUDA graph: what the host decides
    (batch, learning rate) is in place before; what it must know the watch is asked some time after, and an update from
    losses that are not finite changes nothing. With `checks_at_once` the watch is asked in between, and may raise.
    """

    def __init__(
        self,
        weights: Weights,
        objective: Objective,
        optimizer: Optimizer,
        watch: DivergenceWatch,
        masks: Masks,
        projections: Projections,
        max_gradient_norm: float | None,
        *,
        checks_at_once: bool,
    ) -> None:
        self.weights, self.objective, self.optimizer, self.watch = weights, objective, optimizer, watch
        self.projections = projections
        self.masks, self.max_gradient_norm, self.checks_at_once = masks, max_gradient_norm, checks_at_once

    def __call__(self, batch: Batch, update: int) -> Float[Tensor, "seed"]:
        losses = self.objective.losses(self.weights, batch, update)
        self.watch.see(losses, is_first=update == 0)
        if self.checks_at_once:
            self.watch.check(self.weights, self.optimizer.trained)
        # each seed's loss depends on its own weights alone, so the gradient of the sum is that of each
        gradients = torch.autograd.grad(losses.sum(), list(self.optimizer.trained.values()))
        self.optimizer.step(self._limited(gradients), is_broken=None if self.checks_at_once else self.watch.is_broken)
        self.projections.apply_to(self.weights)
        return losses.detach()

    def _limited(self, gradients: Sequence[Tensor]) -> Sequence[Tensor]:
        if self.masks.kept:
            names = self.optimizer.trained
            gradients = [self._masked(name, gradient) for name, gradient in zip(names, gradients, strict=True)]
        return gradients if self.max_gradient_norm is None else clipped(gradients, self.max_gradient_norm)

    def _masked(self, name: str, gradient: Tensor) -> Tensor:
        """Without what would move an entry that is zero for ever: then no optimiser moves it, and no norm counts it."""
        return gradient * self.masks.kept[name] if name in self.masks.kept else gradient
