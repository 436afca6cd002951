import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import CompositionMap
from experiments.recipe.panels import Axis, Frame, Grid, Panel
from workers.science.mechanisms.circuits import composition_scores, random_composition
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

MAX_FRAMES = 20
DIGITS = 4


@implements(CompositionMap)
def composition_map(spec: CompositionMap, trajectory: Trajectory) -> list[Panel]:
    """Q-, K- and V-composition of every pair of heads in two layers, less that of random heads, over checkpoints."""
    model = trajectory.setup.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if model.spec.n_layers < 2:
        return []
    frames = []
    for place in evenly(len(trajectory.steps), MAX_FRAMES):
        step = trajectory.steps[place]
        frames.append(Frame(step=step, grids=_grids(model, trajectory, step)))
    return [
        Panel(
            key="composition-map",
            title="Which later heads read what earlier ones write",
            note="Composition scores of weights, minus those of random matrices of the same shapes: 0 is what chance "
            "gives. K: the earlier head decides where the later one looks; Q: for what it looks; V: what it moves.",
            kind="heatmap",
            x=Axis(label="head that reads"),
            y=Axis(label="head that writes"),
            frames=frames,
        )
    ]


def _grids(model: Transformer, trajectory: Trajectory, step: int) -> list[Grid]:
    weights = trajectory.snapshot(step).weights
    n_heads, n_layers = model.spec.n_heads, model.spec.n_layers
    chance = random_composition(model.spec.d_model, model.spec.head_width)
    heads: list[float | str | None] = [f"L{layer}H{head}" for layer in range(n_layers) for head in range(n_heads)]
    return [
        Grid(name=f"{of} composition", seed=seed, x=heads[n_heads:], y=heads[:-n_heads], z=z)
        for of in ("K", "Q", "V")
        for seed, z in zip(
            trajectory.setup.seeds, _rows(composition_scores(model, weights, of) - chance, n_heads), strict=True
        )
    ]


def _rows(scores: Float[Tensor, "seed source target"], n_heads: int) -> list[list[list[float | None]]]:
    """Sources but those of the last layer, targets but those of the first; nothing where the target is not later."""
    kept = torch.round(scores[:, :-n_heads, n_heads:], decimals=DIGITS)
    return [
        [
            [value if target // n_heads >= source // n_heads else None for target, value in enumerate(row)]
            for source, row in enumerate(of_seed)
        ]
        for of_seed in kept.tolist()
    ]
