"""What the matrices of a transformer are drawn from before training."""

import math

import torch
from torch import Tensor

from experiments.recipe.models import Transformer

MODES_BY_WIDTH = ("paper", "gpt2")


def first_matrix(
    spec: Transformer, kind: str, shape: tuple[int, ...], generator: torch.Generator, *, d_vocab: int
) -> Tensor:
    """One matrix of one seed; `kind` is its name without the layer.

    paper: N(0, 1/d_model), and N(0, 1/d_vocab) for W_U, as the code of Nanda et al. 2023 has it. The others are those
    of transformer_lens 4.3. gpt2: standard deviation 0.8 / sqrt(d_model), with W_O and W_out divided by
    sqrt(2 n_layers). xavier (Glorot & Bengio 2010): sqrt(2 / (fan_in + fan_out)). kaiming (He et al. 2015):
    sqrt(2 / fan_in). A uniform distribution has the same standard deviation as the normal one of its name.
    """
    deviation = (
        _width_deviation(spec, kind, d_vocab) if spec.init in MODES_BY_WIDTH else _fan_deviation(spec, kind, shape)
    )
    if spec.init.endswith("_uniform"):
        bound = math.sqrt(3) * deviation
        return (2 * torch.rand(shape, generator=generator) - 1) * bound
    return torch.randn(shape, generator=generator) * deviation


def _width_deviation(spec: Transformer, kind: str, d_vocab: int) -> float:
    if spec.init == "paper":
        return 1 / math.sqrt(d_vocab if kind == "W_U" else spec.d_model)
    deviation = 0.8 / math.sqrt(spec.d_model)
    return deviation / math.sqrt(2 * spec.n_layers) if kind in {"W_O", "W_out"} else deviation


def _fan_deviation(spec: Transformer, kind: str, shape: tuple[int, ...]) -> float:
    fan_in, fan_out = _fans(kind, shape)
    return math.sqrt(2 / (fan_in + fan_out if spec.init.startswith("xavier") else fan_in))


def _fans(kind: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """Numbers read and written, with all heads of a matrix together. A table's are its columns and rows, because
    transformer_lens draws it like the matrix of a linear layer that it stores the other way round."""
    if kind in {"W_E", "W_pos"}:
        return shape[1], shape[0]
    if kind == "W_O":
        return shape[0] * shape[1], shape[2]
    if len(shape) == 3:
        return shape[1], shape[0] * shape[2]
    return shape[0], shape[1]
