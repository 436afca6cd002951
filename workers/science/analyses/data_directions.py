import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import DataDirections
from experiments.recipe.panels import MAX_VALUES, Axis, Frame, Panel, Series
from workers.science.measures.feature_geometry import hidden_data
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory

MAX_FRAMES, MAX_POINTS = 30, 500  # so many examples, and so many features


@implements(DataDirections)
def data_directions(spec: DataDirections, trajectory: Trajectory) -> list[Panel]:
    """h = x W of the training examples and the rows of W, in the plane. Of many, as many as can be told apart."""
    sizes = [len(evenly(size, MAX_POINTS)) for size in (_n_examples(trajectory), trajectory.setup.model.d_out)]
    per_frame = 2 * sum(sizes) * len(trajectory.setup.seeds)
    kept = evenly(len(trajectory.steps), min(MAX_FRAMES, MAX_VALUES // per_frame))
    return [
        Panel(
            key="data-directions",
            title="Where the hidden layer puts training examples and features",
            note="Few examples take directions of their own and form a polygon, while no feature has one: the network "
            "has memorised them. With many examples the features form the polygon, and the examples lie along it.",
            kind="scatter",
            x=Axis(label="hidden dimension 1"),
            y=Axis(label="hidden dimension 2"),
            frames=[_frame(trajectory, trajectory.steps[place]) for place in kept],
        )
    ]


def _n_examples(trajectory: Trajectory) -> int:
    return trajectory.setup.splits["train"].inputs.shape[1]


def _frame(trajectory: Trajectory, step: int) -> Frame:
    snapshot = trajectory.snapshot(step)
    of_kind = {"training examples": hidden_data(snapshot), "features": snapshot.weights["W"].double()}
    return Frame(
        step=step,
        series=[
            Series(name=name, seed=seed, x=ends[:, 0].tolist(), y=ends[:, 1].tolist(), text=labels)
            for name, points in of_kind.items()
            for places in [evenly(points.shape[1], MAX_POINTS)]
            for labels in [[f"{name.removesuffix('s')} {place}" for place in places]]
            for seed, ends in zip(trajectory.setup.seeds, _taken(points, places), strict=True)
        ],
    )


def _taken(points: Float[Tensor, "seed point 2"], places: list[int]) -> Float[Tensor, "seed kept 2"]:
    return points.index_select(1, torch.tensor(places, device=points.device))
