from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import InContextCurve
from experiments.recipe.panels import Axis, Panel, Series
from workers.science.least_squares import averaging, least_squares, prompt, squared_errors
from workers.science.registry import implements
from workers.science.trajectory import Trajectory


@implements(InContextCurve)
def in_context_curve(spec: InContextCurve, trajectory: Trajectory) -> list[Panel]:
    """Mean squared error / D of the last checkpoint at each point of the test examples, and of the baselines there.

    Source: Garg et al. 2022, arXiv 2208.01066, figure 2.
    """
    test = trajectory.setup.splits["test"]
    x, y = prompt(test.inputs, test.labels)
    curves = {
        "network": (trajectory.last.outputs("test").double()[..., 0] - y).square().mean(1),
        "least squares": squared_errors(least_squares, x, y),
        "averaging": squared_errors(averaging, x, y),
        "answering 0": y.square().mean(1),
    }
    dims = x.shape[-1]
    return [
        Panel(
            key="in-context-curve",
            title="Error against the number of pairs seen",
            note="Least squares needs as many pairs as dimensions to be exact, where there is no noise. "
            "A network that regresses in context follows it down; one that does not stays at 1.",
            kind="lines",
            x=Axis(label="pairs seen before"),
            y=Axis(label="squared error / D"),
            series=[s for name, errors in curves.items() for s in _series(name, errors / dims, trajectory.setup.seeds)],
        )
    ]


def _series(name: str, errors: Float[Tensor, "seed point"], seeds: Sequence[int]) -> list[Series]:
    return [
        Series(name=name, seed=seed, x=list(range(errors.shape[1])), y=values)
        for seed, values in zip(seeds, errors.tolist(), strict=True)
    ]
