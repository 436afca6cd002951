"""Functions to learn in context: x1, y1, x2, y2, ..., xP, where each y is predicted at its x."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.tasks import IclNetwork, IclRegression, IclSparse, IclTree
from experiments.recipe.tasks.regression import InContext
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements

X = Float[Tensor, "example point dims"]
Y = Float[Tensor, "example point 1"]
Functions = Callable[[X, torch.Generator], Y]  # the values of a new function in every example


@implements(IclRegression)
def icl_regression(spec: IclRegression, generator: torch.Generator) -> Dataset:
    """Pairs (x, y) of a linear function y = w . x + noise that differs between examples, w standard normal.

    With D = 2, P = 2 and w = (1, 2): positions [[3, 1], [5, 0], [0, 1]] have labels [[5], [2]], read at positions 0
    and 2. Source: Garg et al. 2022, arXiv 2208.01066, section 3.
    """
    return _dataset(spec, generator, lambda x, drawing: x @ torch.randn(len(x), spec.dims, 1, generator=drawing))


@implements(IclSparse)
def icl_sparse(spec: IclSparse, generator: torch.Generator) -> Dataset:
    """The same with only `nonzero` entries of w that are not 0. With D = 3 and w = (0, 2, 0), x = [3, 1, 5] has y = 2.

    Source: Garg et al. 2022, arXiv 2208.01066, section 4.
    """

    def values(x: X, drawing: torch.Generator) -> Y:
        w = torch.randn(len(x), spec.dims, 1, generator=drawing)
        order = torch.rand(len(x), spec.dims, 1, generator=drawing).argsort(1)
        return x @ (w * (order < spec.nonzero))

    return _dataset(spec, generator, values)


@implements(IclNetwork)
def icl_network(spec: IclNetwork, generator: torch.Generator) -> Dataset:
    """Pairs of a random network with one hidden layer. With D = 2, one neuron, w = (1, -1) and a = 1: x = [3, 1] has
    y = sqrt(2) * 2, and x = [1, 3] has 0. Source: Garg et al. 2022, arXiv 2208.01066, section 5."""

    def values(x: X, drawing: torch.Generator) -> Y:
        w = torch.randn(len(x), spec.dims, spec.hidden, generator=drawing)
        a = torch.randn(len(x), spec.hidden, 1, generator=drawing)
        return (x @ w).relu() @ a * math.sqrt(2 / spec.hidden)

    return _dataset(spec, generator, values)


@implements(IclTree)
def icl_tree(spec: IclTree, generator: torch.Generator) -> Dataset:
    """Pairs of a random decision tree. With depth 1, a question for the second number and leaves (-0.3, 1.2):
    x = [3, 1] has y = 1.2, and x = [3, -1] has -0.3. Source: Garg et al. 2022, arXiv 2208.01066, section 5."""

    def values(x: X, drawing: torch.Generator) -> Y:
        questions = torch.randint(spec.dims, (len(x), 2**spec.depth - 1), generator=drawing)
        leaves = torch.randn(len(x), 2**spec.depth, generator=drawing)
        return values_of_trees(x, questions, leaves)

    return _dataset(spec, generator, values)


def values_of_trees(
    x: Float[Tensor, "example point dims"],
    questions: Int[Tensor, "example node"],
    leaves: Float[Tensor, "example leaf"],
) -> Float[Tensor, "example point 1"]:
    """Node i asks whether number `questions[i]` of x is above 0, and leads to node 2i + 1 if not and to 2i + 2 if so;
    the leaves are numbered on from the nodes."""
    n_nodes = questions.shape[1]
    node = torch.zeros(x.shape[:2], dtype=torch.int64)
    while node[0, 0] < n_nodes:  # all points are at the same depth
        asked = x.gather(2, questions.gather(1, node)[..., None])[..., 0]  # (example, point)
        node = 2 * node + 1 + (asked > 0)
    return leaves.gather(1, node - n_nodes)[..., None]


def _dataset(spec: InContext, generator: torch.Generator, values: Functions) -> Dataset:
    """Training examples are drawn afresh each step, the test set once."""

    def draw(drawing: torch.Generator, n_examples: int) -> Examples:
        x = torch.randn((n_examples, spec.points, spec.dims), generator=drawing)
        clean = values(x, drawing)
        y = clean + spec.noise * torch.randn((n_examples, spec.points, 1), generator=drawing)  # (example, point, 1)
        inputs = torch.zeros(n_examples, spec.n_ctx, spec.dims)
        inputs[:, 0::2] = x
        inputs[:, 1::2, :1] = y[:, :-1]
        return Examples(inputs, y)

    return Dataset(answer_positions=tuple(range(0, spec.n_ctx, 2)), train=draw, test=draw(generator, spec.n_test))
