from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import DimensionalityReduction
from experiments.recipe.analyses.reduction import Method
from experiments.recipe.panels import Axis, Panel, Series
from experiments.recipe.shares import additive_part
from workers.science.evaluation import Snapshot
from workers.science.key_frequencies import neuron_frequencies
from workers.science.modular_pairs import neurons_at_answer
from workers.science.reduction import reduced
from workers.science.registry import implements
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

MAX_EXAMPLES = 2000  # of the test set, each a feature of a neuron
CLEAR = 0.85  # of a neuron's variance: then it goes by its frequency
GAP = 1.25  # between seeds, each scaled to the unit square
TITLES: dict[Method, str] = {
    "pca": "Principal components",
    "svd": "Singular vectors",
    "nmf": "Non-negative factors",
    "ica": "Independent components",
    "t-sne": "t-SNE",
    "umap": "UMAP",
}


@implements(DimensionalityReduction)
def dimensionality_reduction(spec: DimensionalityReduction, trajectory: Trajectory) -> list[Panel]:
    """One scatter plot per method. Each seed is reduced by itself: its coordinates mean nothing to the others."""
    snapshot = trajectory.last
    points = points_of(spec, snapshot)  # (seed, point, feature)
    labels, groups = _labels_and_groups(spec, snapshot, points.shape[1])
    return [_panel(spec, method, trajectory.setup.seeds, points, labels, groups) for method in spec.methods]


def points_of(spec: DimensionalityReduction, snapshot: Snapshot) -> Float[Tensor, "seed point feature"]:
    """What is reduced: tokens, outputs or neurons in rows."""
    if spec.of == "neurons":
        return neurons_at_answer(snapshot, snapshot.splits["test"].inputs[:, :MAX_EXAMPLES]).mT
    if spec.of == "W_U" and isinstance(snapshot.model, Transformer):
        return snapshot.model.unembedding(snapshot.weights).mT
    name = [name for name in snapshot.model.shapes if name.rpartition(".")[2] == spec.of][-1]  # of the last layer
    weight = snapshot.weights[name]
    if spec.of == "W_E" and (task := additive_part(snapshot.task)):
        return weight[:, : task.modulus]  # without the equals sign, which lies far from the numbers
    return weight.mT if spec.of in ("W_in", "W_U") else weight


def _labels_and_groups(
    spec: DimensionalityReduction, snapshot: Snapshot, n_points: int
) -> tuple[list[str], list[list[str]]]:
    """What each point is called, and for each seed which group each point is of."""
    n_seeds = len(next(iter(snapshot.weights.values())))
    if spec.of in ("W_E", "W_U"):
        kind = "token" if spec.of == "W_E" else "output"
        bounds = [n_points * quarter // 4 for quarter in range(5)]
        names = [f"{kind}s {low} to {high - 1}" for low, high in zip(bounds, bounds[1:], strict=False)]
        quarters = [names[sum(point >= bound for bound in bounds[1:])] for point in range(n_points)]
        return [f"{kind} {point}" for point in range(n_points)], [quarters] * n_seeds
    labels = [f"neuron {point}" for point in range(n_points)]
    if additive_part(snapshot.task) is None:
        return labels, [["neurons"] * n_points] * n_seeds
    found = neuron_frequencies(snapshot)
    return labels, [
        [f"frequency {k + 1}" if share >= CLEAR else "no one frequency" for k, share in zip(best, shares, strict=True)]
        for best, shares in zip(found.best.tolist(), found.explained.tolist(), strict=True)
    ]


def _panel(
    spec: DimensionalityReduction,
    method: Method,
    seeds: Sequence[int],
    points: Float[Tensor, "seed point feature"],
    labels: Sequence[str],
    groups: Sequence[Sequence[str]],
) -> Panel:
    by_group: dict[str, list[tuple[float, float, str]]] = {}
    for place, seed in enumerate(seeds):
        drawn = _unit_square(reduced(points[place].double().cpu().numpy(), method)) + [GAP * place, 0.0]
        for (x, y), label, group in zip(drawn.tolist(), labels, groups[place], strict=True):
            by_group.setdefault(group, []).append((x, y, f"{label}, seed {seed}"))
    return Panel(
        key=f"reduction-{spec.of.lower().replace('_', '-')}-{method}",
        title=f"{TITLES[method]} of {'the neurons' if spec.of == 'neurons' else spec.of}",
        note=f"Seeds {', '.join(map(str, seeds))} from left to right, each reduced by itself and scaled to a square of "
        "side 1. Circles are waves of one frequency; clusters are neurons that do the same.",
        kind="scatter",
        x=Axis(label="first coordinate, seeds side by side"),
        y=Axis(label="second coordinate"),
        series=[
            Series(name=name, x=[p[0] for p in found], y=[p[1] for p in found], text=[p[2] for p in found])
            for name, found in sorted(by_group.items(), key=_in_order)
        ],
    )


def _in_order(group: tuple[str, object]) -> tuple[int, str]:
    """Frequencies and vocabulary by number, and what has no number last."""
    numbers = [int(word) for word in group[0].split() if word.isdigit()]
    return (numbers[0] if numbers else 10**6, group[0])


def _unit_square(plane: np.ndarray) -> np.ndarray:
    low, high = plane.min(0), plane.max(0)
    scaled: np.ndarray = (plane - low) / max((high - low).max(), np.finfo(float).tiny)
    return scaled
