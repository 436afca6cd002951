from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import HeadCircuits
from experiments.recipe.panels import MAX_VALUES, Axis, Grid, Panel
from workers.science import layers
from workers.science.mechanisms.circuits import full_ov, full_qk
from workers.science.model import Weights
from workers.science.naming import distinct
from workers.science.registry import implements
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

DIGITS = 4
NOTE_OV = (
    "Each row is a token that a head attends to, each column what that adds to the logit of a token. A diagonal above "
    "the rest: the head copies; below it: it says anything but that token."
)
NOTE_QK = (
    "Each row is a token that looks, each column one that is looked at: the larger, the more of its attention it gets. "
    "A diagonal: equal tokens find each other. Only differences within a row count."
)
NOTE_POSITIONS = (
    "Each row is a position that looks, each column one that is looked at, by what their vectors of positions say "
    "alone. A line beside the diagonal: a fixed distance."
)
Table = Float[Tensor, "seed head row column"]
Labels = list[float | str | None]


@implements(HeadCircuits)
def head_circuits(spec: HeadCircuits, trajectory: Trajectory) -> list[Panel]:
    """The OV and QK circuits of every head at the last checkpoint, without norms, biases and rotations. In layers after
    the first they stand for what the head would do with the embeddings themselves."""
    model = trajectory.setup.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    weights = {name: weight.double() for name, weight in trajectory.last.weights.items()}
    return [panel for layer in range(model.spec.n_layers) for panel in _of_layer(trajectory, model, weights, layer)]


def _of_layer(trajectory: Trajectory, model: Transformer, weights: Weights, layer: int) -> Iterator[Panel]:
    seeds, whose = trajectory.setup.seeds, f"the heads of layer {layer}"
    yield Panel(
        key=f"ov-layer-{layer}",
        title=f"What {whose} say on seeing a token: W_E W_V W_O W_U",
        note=NOTE_OV,
        kind="heatmap",
        x=Axis(label="token said"),
        y=Axis(label="token attended to"),
        grids=_grids(layer, full_ov(model, weights, layer), seeds),
    )
    yield Panel(
        key=f"qk-layer-{layer}",
        title=f"Which tokens {whose} look for: W_E W_Q W_K^T W_E^T",
        note=NOTE_QK,
        kind="heatmap",
        x=Axis(label="token looked at"),
        y=Axis(label="token that looks"),
        grids=_grids(layer, full_qk(model, weights, layer, weights["embed.W_E"]), seeds),
    )
    if model.spec.positions in ("learned", "sinusoidal"):
        names: Labels = [*distinct(trajectory.setup.recipe.task.position_names)]
        yield Panel(
            key=f"qk-positions-layer-{layer}",
            title=f"Which positions {whose} look for: W_pos W_Q W_K^T W_pos^T",
            note=NOTE_POSITIONS,
            kind="heatmap",
            x=Axis(label="position looked at"),
            y=Axis(label="position that looks"),
            grids=_grids(layer, full_qk(model, weights, layer, _position_vectors(model, weights)), seeds, names),
        )


def _position_vectors(model: Transformer, weights: Weights) -> Float[Tensor, "seed pos d_model"]:
    if model.spec.positions == "learned":
        return weights["pos_embed.W_pos"]
    like = weights["embed.W_E"]
    return layers.sinusoids(model.n_ctx, model.spec.d_model, like.device).expand(len(like), -1, -1)


def _grids(layer: int, tables: Table, seeds: Sequence[int], names: Labels | None = None) -> list[Grid]:
    """The heads of as many seeds as a panel holds; positions by their names, tokens by their numbers. The first row
    stands on top, as in a matrix: its words, not its numbers, are the axis."""
    n_seeds = min(len(tables), MAX_VALUES // tables[0].numel())
    rows: Labels = names or [str(token) for token in range(tables.shape[2])]
    columns: Labels = names or [str(token) for token in range(tables.shape[3])]
    return [
        Grid(name=f"L{layer}H{head}", seed=seed, x=columns, y=rows[::-1], z=z[::-1])
        for seed, heads in zip(seeds, torch.round(tables[:n_seeds], decimals=DIGITS).tolist(), strict=False)
        for head, z in enumerate(heads)
    ]
