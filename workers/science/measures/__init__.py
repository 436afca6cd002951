"""Numbers along training. Each module implements one measure spec; importing the package registers them all."""

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import MeasureSpec
from workers.science.evaluation import Snapshot
from workers.science.registry import implementation_of, import_modules

import_modules(__name__, __path__)


@torch.no_grad()
def measure(spec: MeasureSpec, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """One number per seed for each component of the measure; the whole goes by the empty name."""
    values: dict[str, Tensor] = implementation_of(spec)(spec, snapshot)
    return values
