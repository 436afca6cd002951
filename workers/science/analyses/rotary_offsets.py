from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import RotaryOffsets
from experiments.recipe.panels import Axis, Panel, Series
from workers.science.registry import implements
from workers.science.rotary import contrast_with_the_token_before, scores_by_distance
from workers.science.trajectory import Trajectory


@implements(RotaryOffsets)
def rotary_offsets(spec: RotaryOffsets, trajectory: Trajectory) -> list[Panel]:
    """The mean score against the distance, and the frequencies that single out the token before, at the last step."""
    scores = scores_by_distance(trajectory.last)  # (seed, head, frequency, distance)
    return [
        Panel(
            key="rotary-scores-by-distance",
            title="Mean score against the distance between query and key",
            note="Averaged over all pairs of tokens, before the softmax. A head that looks at the token before has its "
            "highest score at distance 1; how far that stands out tells how much of the attention goes there.",
            kind="lines",
            x=Axis(label="distance", unit="places"),
            y=Axis(label="mean score"),
            series=_series(scores.sum(2), trajectory),
        ),
        Panel(
            key="rotary-contributions",
            title="What each rotary frequency adds to singling out the token before",
            note="Score at distance 1 minus the mean at all other distances. Frequency 0 turns by one radian a place; "
            "the last one hardly turns, and cannot tell neighbours apart.",
            kind="bars",
            x=Axis(label="frequency, from the fastest"),
            y=Axis(label="score"),
            series=_series(contrast_with_the_token_before(scores), trajectory),
        ),
    ]


def _series(values: Float[Tensor, "seed head place"], trajectory: Trajectory) -> list[Series]:
    return [
        Series(name=f"L0H{head}", seed=seed, x=list(range(len(of_head))), y=of_head)
        for seed, of_seed in zip(trajectory.setup.seeds, values.tolist(), strict=True)
        for head, of_head in enumerate(of_seed)
    ]
