"""The optimisers of torch over stacked weights, fused, with a state that can be stored as plain tensors."""

from collections.abc import Callable, Collection

import torch
from torch import Tensor

from experiments.recipe.training import Training
from workers.science.model import Weights

State = dict[str, Tensor]  # "exp_avg/blocks.0.attn.W_Q" and the like


class Optimizer:
    """Updates every weight in place but the frozen ones, which keep their bits: no update and no decay.

    One optimiser serves all seeds: its arithmetic is elementwise, so the seeds stay independent.
    """

    def __init__(self, spec: Training, weights: Weights, *, frozen: Collection[str] = ()) -> None:
        self.spec = spec
        self.trained = {name: weight.requires_grad_() for name, weight in weights.items() if name not in frozen}
        if not self.trained:
            raise ValueError("every weight is frozen, so there is nothing to train")
        self._torch = _BUILD[spec.optimizer](spec, list(self.trained.values()))

    def step(self, update: int, gradients: list[Tensor]) -> None:
        """Make update number `update`, counted from 0, with one gradient per trained weight.

        Linear warm-up: the learning rate is lr * min(1, (update + 1) / warmup_steps).
        """
        share = min(1.0, (update + 1) / self.spec.warmup_steps) if self.spec.warmup_steps else 1.0
        self._torch.param_groups[0]["lr"] = self.spec.learning_rate * share
        for weight, gradient in zip(self.trained.values(), gradients, strict=True):
            weight.grad = gradient.contiguous()  # the fused kernels walk memory and never look at strides
        self._torch.step()

    def state(self) -> State:
        """The live tensors of the optimiser's state, by quantity and weight."""
        return {
            f"{quantity}/{name}": value
            for name, weight in self.trained.items()
            for quantity, value in self._torch.state[weight].items()
            if isinstance(value, Tensor)
        }

    def restore(self, state: State) -> None:
        """Go on from a stored state as if never interrupted."""
        for key, value in state.items():
            quantity, _, name = key.partition("/")
            weight = self.trained[name]
            self._torch.state[weight][quantity] = value.to(weight.device, copy=True)


def _adamw(spec: Training, weights: list[Tensor]) -> torch.optim.Optimizer:
    """Decoupled weight decay: w -= lr * weight_decay * w."""
    return torch.optim.AdamW(weights, betas=spec.betas, weight_decay=spec.weight_decay, fused=True)


def _adam(spec: Training, weights: list[Tensor]) -> torch.optim.Optimizer:
    """Weight decay is L2: weight_decay * w is added to the gradient."""
    return torch.optim.Adam(weights, betas=spec.betas, weight_decay=spec.weight_decay, fused=True)


def _sgd(spec: Training, weights: list[Tensor]) -> torch.optim.Optimizer:
    """Weight decay is L2: weight_decay * w is added to the gradient."""
    return torch.optim.SGD(weights, momentum=spec.momentum, weight_decay=spec.weight_decay, fused=True)


_BUILD: dict[str, Callable[[Training, list[Tensor]], torch.optim.Optimizer]] = {
    "adamw": _adamw,
    "adam": _adam,
    "sgd": _sgd,
}
