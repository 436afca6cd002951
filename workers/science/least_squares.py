"""What ordinary methods make of in-context linear regression: the baselines of Garg et al. 2022 (arXiv 2208.01066)."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

X = Float[Tensor, "*batch point dims"]
Y = Float[Tensor, "*batch point"]
Weights = Float[Tensor, "*batch dims"]


def prompt(inputs: Float[Tensor, "*batch pos dims"], labels: Float[Tensor, "*batch point 1"]) -> tuple[X, Y]:
    """The x and y of each example, in float64, from its positions x1, y1, x2, ..."""
    return inputs[..., 0::2, :].double(), labels[..., 0].double()


def least_squares(x: X, y: Y) -> Weights:
    """The w of least norm among those that minimise sum_i (w . x_i - y_i)^2.

    w = X^T (X X^T)^-1 y for fewer points than dimensions, else (X^T X)^-1 X^T y: no k of the x are dependent.
    """
    column = y[..., None]
    found: Tensor
    if x.shape[-2] < x.shape[-1]:
        found = x.mT @ torch.linalg.solve(x @ x.mT, column)
    else:
        found = torch.linalg.solve(x.mT @ x, x.mT @ column)
    return found.squeeze(-1)


def averaging(x: X, y: Y) -> Weights:
    """w = (1/k) sum_i y_i x_i, which tends to the true w since the x are standard normal."""
    return (x * y[..., None]).mean(-2)


def squared_errors(
    fit: Callable[[X, Y], Weights], x: Float[Tensor, "seed example point dims"], y: Float[Tensor, "seed example point"]
) -> Float[Tensor, "seed point"]:
    """Mean over examples of the squared error at point k, when w is fitted to the k points before; w = 0 for none."""
    errors = [y[:, :, 0].square()]
    for k in range(1, y.shape[-1]):
        w = fit(x[:, :, :k], y[:, :, :k])  # (seed, example, dims)
        errors.append(((w * x[:, :, k]).sum(-1) - y[:, :, k]).square())
    return torch.stack(errors, dim=-1).mean(1)
