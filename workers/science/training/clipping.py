"""Keeping a gradient from being too long, seed by seed."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

EPSILON = 1e-6  # as in torch.nn.utils.clip_grad_norm_


def clipped(gradients: Sequence[Float[Tensor, "seed ..."]], max_norm: float) -> list[Float[Tensor, "seed ..."]]:
    """Each seed's gradients times min(1, max_norm / (norm + 1e-6)), the norm being over all of that seed's weights.

    Torch's own function would take one norm over the whole stack, and let the seeds shorten each other's steps.
    """
    norms = torch.stack([torch.linalg.vector_norm(gradient.flatten(1), dim=1) for gradient in gradients])
    scale = (max_norm / (torch.linalg.vector_norm(norms, dim=0) + EPSILON)).clamp(max=1.0)  # (seed)
    return [gradient * scale.view(-1, *[1] * (gradient.dim() - 1)) for gradient in gradients]
