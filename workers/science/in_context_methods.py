"""What ordinary methods make of functions in context: the baselines of Garg et al. 2022 (arXiv 2208.01066).

Each predicts y at a new x from the k pairs before, for many examples at once, in float64.
"""

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.randomness import generator

X = Float[Tensor, "*batch point dims"]
Y = Float[Tensor, "*batch point"]
Query = Float[Tensor, "*batch dims"]
Prediction = Float[Tensor, "*batch"]
Weights = Float[Tensor, "*batch dims"]
Method = Callable[[X, Y, Query], Prediction]

LASSO_PENALTY = 0.01
LASSO_STEPS = 300
TREE_DEPTH = 4  # that of the trees of Garg et al.
N_HIDDEN, NETWORK_STEPS, NETWORK_RATE = 100, 100, 5e-3


def prompt(inputs: Float[Tensor, "*batch pos dims"], labels: Float[Tensor, "*batch point 1"]) -> tuple[X, Y]:
    """The x and y of each example, in float64, from its positions x1, y1, x2, ..."""
    return inputs[..., 0::2, :].double(), labels[..., 0].double()


def squared_errors(
    method: Method, x: Float[Tensor, "seed example point dims"], y: Float[Tensor, "seed example point"]
) -> Float[Tensor, "seed point"]:
    """Mean over examples of the squared error at point k, predicted from the k points before; 0 is said for none."""
    errors = [y[:, :, 0].square()]
    for k in range(1, y.shape[-1]):
        errors.append((method(x[:, :, :k], y[:, :, :k], x[:, :, k]) - y[:, :, k]).square())
    return torch.stack(errors, dim=-1).mean(1)


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


def lasso(x: X, y: Y) -> Weights:
    """The w that minimises (1 / 2k) sum_i (w . x_i - y_i)^2 + 0.01 sum_j |w_j|, which leaves entries at 0.

    Found by accelerated proximal gradient descent: Beck & Teboulle 2009, "FISTA".
    """
    k = x.shape[-2]
    gram, towards = x.mT @ x / k, x.mT @ y[..., None] / k  # (*batch, dims, dims) and (*batch, dims, 1)
    rate = 1 / torch.linalg.eigvalsh(gram)[..., -1:, None]
    w = ahead = torch.zeros_like(towards)
    momentum = 1.0
    for _ in range(LASSO_STEPS):
        stepped = ahead - rate * (gram @ ahead - towards)
        following = stepped.sign() * (stepped.abs() - rate * LASSO_PENALTY).clamp(min=0)
        next_momentum = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = following + (momentum - 1) / next_momentum * (following - w)
        w, momentum = following, next_momentum
    return w.squeeze(-1)


def kernel_regression(x: X, y: Y, query: Query) -> Prediction:
    """k(q, X) k(X, X)^-1 y with k(u, v) = E f(u) f(v) over the networks of task 'icl-network', of any width: no other
    prediction that is linear in the y has a smaller mean error, and for wide networks none at all has.

    k(u, v) = |u| |v| (sin t + (pi - t) cos t) / pi, t the angle between u and v. Source: Cho & Saul 2009, "Kernel
    Methods for Deep Learning", equation 6. It stands in for networks trained on the pairs by gradient descent.
    """
    among = _network_kernel(x, x) + 1e-9 * torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
    solved = torch.linalg.solve(among, y[..., None])  # (*batch, point, 1)
    predicted: Tensor = _network_kernel(query[..., None, :], x) @ solved
    return predicted[..., 0, 0]


def _network_kernel(
    u: Float[Tensor, "*batch u dims"], v: Float[Tensor, "*batch v dims"]
) -> Float[Tensor, "*batch u v"]:
    norms = u.norm(dim=-1)[..., :, None] * v.norm(dim=-1)[..., None, :]
    cosine = (u @ v.mT / norms).clamp(-1, 1)
    angle = cosine.acos()
    kernel: Tensor = norms * (angle.sin() + (math.pi - angle) * cosine) / math.pi
    return kernel


def greedy_tree(x: X, y: Y, query: Query) -> Prediction:
    """The mean of the pairs in the query's leaf of a tree that is grown greedily on the signs of the numbers in x: each
    node asks the question that leaves the least squared error. Source: Breiman et al. 1984, "Classification and
    Regression Trees". Only the way to the query's leaf is grown."""
    above, asked = (x > 0).to(y), (query > 0).to(y)[..., None, :]
    inside = torch.ones_like(y)
    for _ in range(TREE_DEPTH):
        n_above = (inside[..., None] * above).sum(-2)  # (*batch, dims)
        sum_above = ((inside * y)[..., None] * above).sum(-2)
        n_below = inside.sum(-1, keepdim=True) - n_above
        sum_below = (inside * y).sum(-1, keepdim=True) - sum_above
        explained = sum_above.square() / n_above.clamp(min=1) + sum_below.square() / n_below.clamp(min=1)
        splits = (n_above > 0) & (n_below > 0)
        question = explained.where(splits, -1.0).argmax(-1, keepdim=True)[..., None]  # (*batch, 1, 1)
        same_side = (above == asked).gather(-1, question.expand(*y.shape, 1))[..., 0]
        inside = inside * (same_side | ~splits.any(-1, keepdim=True))
    return (inside * y).sum(-1) / inside.sum(-1)


def trained_network(x: X, y: Y, query: Query) -> Prediction:
    """What a network with one hidden layer of 100 ReLU says at the query after 100 steps of Adam, rate 0.005, on all
    pairs; every example has its own, in float32. The baseline of Garg et al., section 5, from their code; first weights
    are uniform within 1 / sqrt(d_in) there, as torch's are.
    """
    batch = x.shape[:-2]
    pairs, answers = x.flatten(0, -3).float(), y.flatten(0, -2).float()  # (net, point, dims) and (net, point)
    drawing = generator(0, "networks in context", pairs.shape[1])
    shapes = [(x.shape[-1], N_HIDDEN), (1, N_HIDDEN), (N_HIDDEN, 1), (1, 1)]  # W_in, b_in, W_out, b_out
    widths = [x.shape[-1], x.shape[-1], N_HIDDEN, N_HIDDEN]
    drawn = [torch.rand(len(pairs), *shape, generator=drawing) for shape in shapes]
    first = [(2 * u - 1) / math.sqrt(width) for u, width in zip(drawn, widths, strict=True)]
    weights = [weight.to(pairs.device).requires_grad_() for weight in first]
    optimizer = torch.optim.Adam(weights, lr=NETWORK_RATE)
    for _ in range(NETWORK_STEPS):
        with torch.enable_grad():
            errors = (_said_by(weights, pairs) - answers).square().mean(1).sum()  # of each network its own gradient
            gradients = torch.autograd.grad(errors, weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()
    with torch.no_grad():
        said = _said_by(weights, query.flatten(0, -2).float()[:, None])
    return said.view(batch).to(y)


def _said_by(weights: Sequence[Tensor], x: Float[Tensor, "net point dims"]) -> Float[Tensor, "net point"]:
    w_in, b_in, w_out, b_out = weights
    return ((x @ w_in + b_in).relu() @ w_out + b_out)[..., 0]


def with_weights(fit: Callable[[X, Y], Weights]) -> Method:
    """The prediction w . q of a linear fit."""
    return lambda x, y, query: (fit(x, y) * query).sum(-1)


METHODS: dict[str, Method] = {
    "least squares": with_weights(least_squares),
    "averaging": with_weights(averaging),
    "lasso": with_weights(lasso),
    "kernel regression": kernel_regression,
    "greedy tree": greedy_tree,
    "trained network": trained_network,
}
