import torch

from experiments.recipe.tasks import IclRegression
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(IclRegression)
def icl_regression(spec: IclRegression, generator: torch.Generator) -> Dataset:
    """Pairs (x, y) of a linear function y = w . x + noise that differs between examples; each y is predicted at its x.

    Positions are x1, y1, x2, y2, ..., xP; a y is written as (y, 0, ..., 0). x and w are standard normal. Training
    examples are drawn afresh each step, the test set once. With D = 2, P = 2 and w = (1, 2): positions
    [[3, 1], [5, 0], [0, 1]] have labels [[5], [2]], read at positions 0 and 2. Source: Garg et al. 2022,
    arXiv 2208.01066, section 3.
    """

    def draw(generator: torch.Generator, n_examples: int) -> Examples:
        x = torch.randn((n_examples, spec.points, spec.dims), generator=generator)
        w = torch.randn((n_examples, spec.dims, 1), generator=generator)
        noise = torch.randn((n_examples, spec.points, 1), generator=generator)
        y = x @ w + spec.noise * noise  # (example, point, 1)
        inputs = torch.zeros(n_examples, spec.n_ctx, spec.dims)
        inputs[:, 0::2] = x
        inputs[:, 1::2, :1] = y[:, :-1]
        return Examples(inputs, y)

    return Dataset(answer_positions=tuple(range(0, spec.n_ctx, 2)), train=draw, test=draw(generator, spec.n_test))
