import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import AttentionPatterns
from experiments.recipe.panels import MAX_VALUES, Axis, Frame, Grid, Panel
from workers.science.evaluation import Snapshot, recorded
from workers.science.naming import distinct
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

MAX_FRAMES = 20
DIGITS = 4  # of a share of attention


@implements(AttentionPatterns)
def attention_patterns(spec: AttentionPatterns, trajectory: Trajectory) -> list[Panel]:
    """A heat map of each head's attention, rows looking at columns, for every layer, over as many checkpoints and of as
    many seeds as a panel holds."""
    model = trajectory.setup.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    per_seed = model.spec.n_heads * model.n_ctx**2
    n_seeds = min(len(trajectory.setup.seeds), MAX_VALUES // per_seed)
    kept = evenly(len(trajectory.steps), min(MAX_FRAMES, MAX_VALUES // (n_seeds * per_seed)))
    frames: dict[int, list[Frame]] = {layer: [] for layer in range(model.spec.n_layers)}
    for place in kept:
        step = trajectory.steps[place]
        patterns = _mean_patterns(model, trajectory.snapshot(step), spec.examples)
        for layer in frames:
            grids = _grids(trajectory, f"L{layer}", patterns[layer][:n_seeds])
            frames[layer].append(Frame(step=step, grids=grids))
    return [_panel(spec, layer, of_layer) for layer, of_layer in frames.items()]


def _mean_patterns(
    model: Transformer, snapshot: Snapshot, n_examples: int
) -> list[Float[Tensor, "seed head query key"]]:
    """The patterns of each layer, the mean over the first examples of the test set."""
    inputs = snapshot.splits["test"].inputs[:, :n_examples]
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.spec.n_layers)]
    sums = recorded(model, snapshot.weights, inputs, names, kept=lambda pattern: pattern.double().sum(1, keepdim=True))
    return [torch.round(sums[name].sum(1) / inputs.shape[1], decimals=DIGITS) for name in names]


def _grids(trajectory: Trajectory, layer: str, patterns: Float[Tensor, "seed head query key"]) -> list[Grid]:
    """The first position stands on top, as patterns are read."""
    keys: list[float | str | None] = [*distinct(trajectory.setup.recipe.task.position_names)]
    upwards = patterns.flip(2).tolist()
    return [
        Grid(name=f"{layer}H{head}", seed=seed, x=keys, y=keys[::-1], z=z)
        for seed, heads in zip(trajectory.setup.seeds, upwards, strict=False)
        for head, z in enumerate(heads)
    ]


def _panel(spec: AttentionPatterns, layer: int, frames: list[Frame]) -> Panel:
    whose = "of one test example" if spec.examples == 1 else f"the mean over {spec.examples} test examples"
    return Panel(
        key=f"attention-of-{spec.examples}-layer-{layer}",
        title=f"Where the heads of layer {layer} look",
        note=f"Each row is a position that looks, and its shares add up to 1: {whose}. A column of its own colour is a "
        "position that everyone looks at; a line beside the diagonal, a fixed distance. What depends on the tokens "
        "washes out in a mean.",
        kind="heatmap",
        x=Axis(label="position looked at"),
        y=Axis(label="position that looks"),
        frames=frames,
    )
