import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import ActivationPatching
from experiments.recipe.measures.mechanisms import PatchedSites
from experiments.recipe.panels import Axis, Grid, Panel
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.patching import Pairs, effects_by_position, effects_of_heads, pairs_of
from workers.science.naming import distinct, slug
from workers.science.registry import implements
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

TITLES: dict[PatchedSites, str] = {
    "heads": "The output of each head",
    "residual": "The residual stream at each position",
    "attention": "What attention writes at each position",
    "mlp": "What the MLPs write at each position",
}
DIGITS = 4


@implements(ActivationPatching)
def activation_patching(spec: ActivationPatching, trajectory: Trajectory) -> list[Panel]:
    """Of the last checkpoint, a heat map of what each clean activation brings back, for every kind asked for."""
    model = trajectory.setup.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if not model.spec.n_layers:
        return []
    pairs = pairs_of(trajectory.last, asked_by(spec, trajectory.last))
    return [_panel(spec, trajectory, pairs, of) for of in spec.of]


def _panel(spec: ActivationPatching, trajectory: Trajectory, pairs: Pairs, of: PatchedSites) -> Panel:
    rows, columns, effects = _of_heads(pairs) if of == "heads" else _by_position(trajectory, pairs, of)
    return Panel(
        key=slug(f"patching {of} {spec.said_all}"),
        title=f"{TITLES[of]}, patched from the clean example{spec.said_all}",
        note="1: on the corrupted example, this one clean activation brings the clean answer back; 0: it changes "
        "nothing. Below 0 it leads further away. What the two examples share cannot show here.",
        kind="heatmap",
        x=Axis(label="head" if of == "heads" else "position"),
        y=Axis(label="layer"),
        grids=[
            Grid(name="brought back", seed=seed, x=columns, y=rows, z=z)
            for seed, z in zip(trajectory.setup.seeds, _listed(effects), strict=True)
        ],
    )


Labels = list[float | str | None]


def _of_heads(pairs: Pairs) -> tuple[Labels, Labels, Float[Tensor, "seed layer head"]]:
    model = pairs.snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    n_layers, n_heads = model.spec.n_layers, model.spec.n_heads
    effects = torch.stack(list(effects_of_heads(pairs).values()), dim=1)  # (seed, layer head)
    return (
        [f"L{layer}" for layer in range(n_layers)],
        [f"H{head}" for head in range(n_heads)],
        effects.view(-1, n_layers, n_heads),
    )


def _by_position(
    trajectory: Trajectory, pairs: Pairs, of: PatchedSites
) -> tuple[Labels, Labels, Float[Tensor, "seed layer pos"]]:
    effects = effects_by_position(pairs, of)
    columns: Labels = [*distinct(trajectory.setup.recipe.task.position_names)]
    rows: Labels = [site.split()[0] for site in effects]  # "L0" of "L0 residual"
    return rows, columns, torch.stack(list(effects.values()), dim=1)


def _listed(effects: Float[Tensor, "seed row column"]) -> list[list[list[float | None]]]:
    """Numbers for JSON, which has no place for what is not finite."""
    rounded = torch.round(effects, decimals=DIGITS)
    return [[[value if value == value else None for value in row] for row in of_seed] for of_seed in rounded.tolist()]
