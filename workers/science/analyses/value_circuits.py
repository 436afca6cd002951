from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import ValueCircuits
from experiments.recipe.panels import MAX_VALUES, Axis, Grid, Panel, Series
from workers.science.registry import implements
from workers.science.trajectory import Trajectory
from workers.science.value_circuits import has_heads, logits_of_numbers, scores_of_numbers


@implements(ValueCircuits)
def value_circuits(spec: ValueCircuits, trajectory: Trajectory) -> list[Panel]:
    """The QK circuit as a line for each head and the OV circuit as a heat map. Source: Gross et al. 2024, section 3."""
    if not has_heads(trajectory.last):
        return []
    return [
        _scores(trajectory, scores_of_numbers(trajectory.last).mean(-1)),
        _logits(trajectory, logits_of_numbers(trajectory.last)),
    ]


def _scores(trajectory: Trajectory, scores: Float[Tensor, "seed head number"]) -> Panel:
    return Panel(
        key="value-circuits.scores",
        title="The attention score of each number",
        note="Before the softmax, on the mean over the places of the list. A head that picks the largest number has a "
        "curve that rises all the way; where it is flat or falls, neighbours are mistaken for each other.",
        kind="lines",
        x=Axis(label="number"),
        y=Axis(label="q . k / sqrt(d_head)"),
        series=[
            Series(name=name, seed=seed, x=list(range(values.shape[-1])), y=values.tolist())
            for name, seed, values in _each(trajectory, scores)
        ],
    )


def _logits(trajectory: Trajectory, logits: Float[Tensor, "seed head number output"]) -> Panel:
    outputs: list[float | str | None] = list(range(logits.shape[-1]))
    grids = [
        Grid(name=name, seed=seed, x=outputs, y=outputs, z=values.tolist())
        for name, seed, values in _each(trajectory, logits)
    ]
    return Panel(
        key="value-circuits.logits",
        title="What attending to a number does to the logits",
        note="A head that copies has its largest value of each row on the diagonal.",
        kind="heatmap",
        x=Axis(label="logit of"),
        y=Axis(label="number attended to"),
        grids=grids[: MAX_VALUES // len(outputs) ** 2],
    )


def _each(trajectory: Trajectory, values: Float[Tensor, "seed head *dims"]) -> Iterator[tuple[str, int, Tensor]]:
    for place, seed in enumerate(trajectory.setup.seeds):
        for head in range(values.shape[1]):
            yield f"L0H{head}", seed, values[place, head]
