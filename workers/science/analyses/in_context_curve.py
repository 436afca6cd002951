from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import InContextCurve
from experiments.recipe.panels import Axis, Panel, Series
from experiments.recipe.tasks.regression import InContext
from workers.science.in_context_methods import METHODS, prompt, squared_errors
from workers.science.registry import implements
from workers.science.trajectory import Trajectory


@implements(InContextCurve)
def in_context_curve(spec: InContextCurve, trajectory: Trajectory) -> list[Panel]:
    """Mean squared error, over the variance of y, of the last checkpoint at each point of the test examples, and of the
    baselines there.

    Source: Garg et al. 2022, arXiv 2208.01066, figure 2.
    """
    task, test = trajectory.setup.recipe.task, trajectory.setup.splits["test"]
    assert isinstance(task, InContext), "the recipe's check lets no other task in"
    x, y = prompt(test.inputs, test.labels)
    curves = {
        "network": (trajectory.last.outputs("test").double()[..., 0] - y).square().mean(1),
        **{method: squared_errors(METHODS[method], x, y) for method in task.methods},
        "answering 0": y.square().mean(1),
    }
    return [
        Panel(
            key="in-context-curve",
            title="Error against the number of pairs seen",
            note="A network that learns functions in context comes down with the pairs it has seen, as the methods do; "
            "one that does not stays at 1. Where functions are linear and there is no noise, least squares is exact "
            "with as many pairs as dimensions.",
            kind="lines",
            x=Axis(label="pairs seen before"),
            y=Axis(label="squared error / variance of y"),
            series=[
                s
                for name, errors in curves.items()
                for s in _series(name, errors / task.variance, trajectory.setup.seeds)
            ],
        )
    ]


def _series(name: str, errors: Float[Tensor, "seed point"], seeds: Sequence[int]) -> list[Series]:
    return [
        Series(name=name, seed=seed, x=list(range(errors.shape[1])), y=values)
        for seed, values in zip(seeds, errors.tolist(), strict=True)
    ]
