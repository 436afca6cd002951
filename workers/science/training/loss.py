"""The loss that is trained and measured."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

LOSS_DTYPES = {"float32": torch.float32, "float64": torch.float64}


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
