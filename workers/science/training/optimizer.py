"""The optimisers of torch over stacked weights, fused, with a state that can be stored as plain tensors."""

from collections.abc import Callable, Collection, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.training import Training
from workers.science.model import Weights
from workers.science.training.learning_rate import learning_rate

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
        device = next(iter(self.trained.values())).device
        if device.type == "cuda":
            self._torch.param_groups[0]["lr"] = torch.tensor(spec.learning_rate, device=device)

    def set_learning_rate(self, update: int) -> None:
        """To that of update number `update`, counted from 0. On a GPU it is a tensor, which a captured step reads."""
        group, rate = self._torch.param_groups[0], learning_rate(self.spec, update)
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate

    def step(self, gradients: Sequence[Tensor], *, is_broken: Float[Tensor, ""] | None = None) -> None:
        """Make an update, with one gradient per trained weight; none if `is_broken` is given and 1."""
        for weight, gradient in zip(self.trained.values(), gradients, strict=True):
            weight.grad = gradient.contiguous()  # the fused kernels walk memory and never look at strides
        self._torch.found_inf = is_broken  # type: ignore[attr-defined] # where torch.amp.GradScaler puts it
        self._torch.step()
        self._torch.zero_grad(set_to_none=True)  # their memory is free for the next step

    def state(self) -> State:
        """The live tensors of the optimiser's state, by quantity and weight."""
        return {
            f"{quantity}/{name}": value
            for name, weight in self.trained.items()
            for quantity, value in self._torch.state[weight].items()
            if isinstance(value, Tensor)
        }

    def restart(self) -> None:
        """As if no update had been made: moments, momentum and their counts are zero again."""
        for value in self.state().values():
            value.zero_()

    def restore(self, state: State) -> None:
        """Go on from a stored state as if never interrupted."""
        for key, value in state.items():
            quantity, _, name = key.partition("/")
            weight = self.trained[name]
            self._torch.state[weight][quantity] = value.to(weight.device, copy=True)


def _fused(weights: list[Tensor]) -> dict[str, bool]:
    """One kernel for all weights; on a GPU, one that a CUDA graph can hold."""
    return {"fused": True, "capturable": weights[0].is_cuda}


def _adamw(spec: Training, weights: list[Tensor]) -> torch.optim.Optimizer:
    """Decoupled weight decay: w -= lr * weight_decay * w."""
    return torch.optim.AdamW(weights, betas=spec.betas, weight_decay=spec.weight_decay, **_fused(weights))


def _adam(spec: Training, weights: list[Tensor]) -> torch.optim.Optimizer:
    """Weight decay is L2: weight_decay * w is added to the gradient."""
    return torch.optim.Adam(weights, betas=spec.betas, weight_decay=spec.weight_decay, **_fused(weights))


def _sgd(spec: Training, weights: list[Tensor]) -> torch.optim.Optimizer:
    """Weight decay is L2: weight_decay * w is added to the gradient."""
    return torch.optim.SGD(weights, momentum=spec.momentum, weight_decay=spec.weight_decay, fused=True)


_BUILD: dict[str, Callable[[Training, list[Tensor]], torch.optim.Optimizer]] = {
    "adamw": _adamw,
    "adam": _adam,
    "sgd": _sgd,
}
