"""Normalizations of the residual stream, and of the neurons in solu_ln."""

from jaxtyping import Float
from torch import Tensor

from experiments.recipe.models import Normalization
from workers.science.model import UNWATCHED, HookPoints, Weights

EPSILON = 1e-5  # as in TransformerLens
WEIGHTS: dict[Normalization, tuple[str, ...]] = {"LN": ("w", "b"), "RMS": ("w",)}


def normalized(
    kind: Normalization,
    weights: Weights,
    name: str,
    x: Float[Tensor, "seed example *dims width"],
    hooks: HookPoints = UNWATCHED,
) -> Float[Tensor, "seed example *dims width"]:
    """(x - mean) / sqrt(variance + eps), the mean left in for RMS and RMSPre; times w for LN and RMS, plus b for LN.

    Mean and variance are those over the last dimension; `name` is that of the norm's weights and hook points.
    """
    x = hooks(f"{name}.hook_in", x)
    if kind != "none":
        centred = x if kind in ("RMS", "RMSPre") else x - x.mean(-1, keepdim=True)
        scale = hooks(f"{name}.hook_scale", (centred.square().mean(-1, keepdim=True) + EPSILON).sqrt())
        x = hooks(f"{name}.hook_normalized", centred / scale)
    if kind in ("LN", "RMS"):
        x = x * _for_all_rows(weights[f"{name}.w"], x)
    if kind == "LN":
        x = x + _for_all_rows(weights[f"{name}.b"], x)
    return hooks(f"{name}.hook_out", x)


def _for_all_rows(vector: Float[Tensor, "seed width"], x: Tensor) -> Tensor:
    return vector.view(len(vector), *[1] * (x.dim() - 2), -1)  # (seed, 1, ..., width)
