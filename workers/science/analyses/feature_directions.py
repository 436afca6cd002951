from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import FeatureDirections
from experiments.recipe.panels import MAX_VALUES, Axis, Frame, Grid, Panel, Series
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory

MAX_FRAMES = 30


@implements(FeatureDirections)
def feature_directions(spec: FeatureDirections, trajectory: Trajectory) -> list[Panel]:
    """W W^T over the checkpoints: its diagonal is ||W_i||^2, the rest interference; and the ends of the W_i in the
    plane, where there are two hidden dimensions. Source: Elhage et al. 2022, "Toy Models of Superposition", section 2.
    """
    directions = trajectory.weight("W").double()  # (checkpoint, seed, feature, d_hidden)
    panels = [_products(trajectory, directions @ directions.mT)]
    return [*panels, _plane(trajectory, directions)] if directions.shape[-1] == 2 else panels


def _products(trajectory: Trajectory, products: Float[Tensor, "checkpoint seed feature other"]) -> Panel:
    names: list[float | str | None] = list(range(products.shape[-1]))
    kept = evenly(len(products), min(MAX_FRAMES, MAX_VALUES // products[0].numel()))
    return Panel(
        key="feature-products",
        title="Which features are represented, and which interfere",
        note="The diagonal is the squared length of each feature's direction: about 1 when represented, 0 when not. "
        "What lies beside it is interference; without superposition there is none.",
        kind="heatmap",
        x=Axis(label="feature"),
        y=Axis(label="feature"),
        frames=[
            Frame(
                step=trajectory.steps[place],
                grids=[
                    Grid(name="W W^T", seed=seed, x=names, y=names, z=values)
                    for seed, values in zip(trajectory.setup.seeds, products[place].tolist(), strict=True)
                ],
            )
            for place in kept
        ],
    )


def _plane(trajectory: Trajectory, directions: Float[Tensor, "checkpoint seed feature 2"]) -> Panel:
    labels = [f"feature {i}" for i in range(directions.shape[2])]
    kept = evenly(len(directions), min(MAX_FRAMES, MAX_VALUES // directions[0].numel()))
    return Panel(
        key="feature-directions",
        title="Directions of the features in the hidden layer",
        note="Each point is one feature. Dense features take an axis each and the rest stay at 0; sparse ones form "
        "pairs and polygons.",
        kind="scatter",
        x=Axis(label="hidden dimension 1"),
        y=Axis(label="hidden dimension 2"),
        frames=[
            Frame(
                step=trajectory.steps[place],
                series=[
                    Series(name="features", seed=seed, x=ends[:, 0].tolist(), y=ends[:, 1].tolist(), text=labels)
                    for seed, ends in zip(trajectory.setup.seeds, directions[place], strict=True)
                ],
            )
            for place in kept
        ],
    )
