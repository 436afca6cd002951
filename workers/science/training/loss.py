"""The loss that is trained and measured."""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from experiments.recipe.shares import tasks_by_part
from experiments.recipe.tasks import IGNORED, FeatureReconstruct, TokenTask

LOSS_DTYPES = {"float32": torch.float32, "float64": torch.float64}

LossFunction = Callable[[Tensor, Tensor], Float[Tensor, "seed"]]  # of outputs and labels


def cross_entropy(
    logits: Float[Tensor, "seed example answer d_vocab_out"],
    labels: Int[Tensor, "seed example answer"],
    dtype: torch.dtype,
) -> Float[Tensor, "seed"]:
    """Mean of -log softmax(logits)[label] over examples and answers, in nats per token.

    The log-softmax is taken in `dtype`: grokking's late losses lie far below what float32 can tell from 0.
    """
    log_probabilities = logits.log_softmax(-1, dtype=dtype)
    return -log_probabilities.gather(-1, labels[..., None]).mean(dim=(1, 2, 3))


def cross_entropy_where_asked(
    logits: Float[Tensor, "seed example answer d_vocab_out"],
    labels: Int[Tensor, "seed example answer"],
    dtype: torch.dtype,
) -> Float[Tensor, "seed"]:
    """`cross_entropy` over the answers that are asked for: those whose label is not IGNORED. 0 where none is."""
    log_probabilities = logits.log_softmax(-1, dtype=dtype)
    right = log_probabilities.gather(-1, labels.clamp(min=0)[..., None])[..., 0]  # (seed, example, answer)
    asked = labels != IGNORED
    return -(right * asked).sum(dim=(1, 2)) / asked.sum(dim=(1, 2)).clamp(min=1)


def squared_error(
    outputs: Float[Tensor, "seed example answer d_out"],
    labels: Float[Tensor, "seed example answer d_out"],
    dtype: torch.dtype,
    importances: Float[Tensor, "d_out"] | None = None,
) -> Float[Tensor, "seed"]:
    """Mean over examples and answers of sum_i I_i (output_i - label_i)^2, with I_i = 1 unless given."""
    errors = (outputs.to(dtype) - labels).square()
    return (errors if importances is None else errors * importances).sum(-1).mean(dim=(1, 2))


def loss_function(task: TaskSpec, dtype: torch.dtype, device: torch.device) -> LossFunction:
    """What a task is trained on: cross-entropy where it is answered with tokens, else the squared error."""
    if isinstance(task, TokenTask):
        has_ignored = any(part.has_ignored for part in tasks_by_part(task).values() if isinstance(part, TokenTask))
        return partial(cross_entropy_where_asked if has_ignored else cross_entropy, dtype=dtype)
    if not isinstance(task, FeatureReconstruct):
        return partial(squared_error, dtype=dtype)
    importances = torch.tensor(task.importances, dtype=dtype, device=device)
    return partial(squared_error, dtype=dtype, importances=importances)
