import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import FourierOfPairs
from experiments.recipe.panels import MAX_VALUES, Axis, Frame, Grid, Panel, Series
from workers.science.evaluation import Snapshot
from workers.science.fourier import component_names, squared_components
from workers.science.measures.fourier_power import power_shares
from workers.science.modular_pairs import every_pair_of, neurons_of_every_pair
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory

MAX_FRAMES = 30


@implements(FourierOfPairs)
def fourier_of_pairs(spec: FourierOfPairs, trajectory: Trajectory) -> list[Panel]:
    """A heat map of all 2-D components at the end, and bars of the power at each frequency over the checkpoints.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 4.2.
    """
    return [_components(spec, trajectory), _over_checkpoints(spec, trajectory)]


def _components(spec: FourierOfPairs, trajectory: Trajectory) -> Panel:
    norms = component_norms(_values(spec, trajectory.last))  # (seed, wave of a, wave of b)
    norms[:, 0, 0] = 0.0
    names: list[float | str | None] = list(component_names(norms.shape[1]))
    n_seeds = max(1, MAX_VALUES // norms[0].numel())
    return Panel(
        key=f"fourier-of-pairs-{spec.of}",
        title=f"2-D Fourier components of the {spec.of} on all pairs",
        note="Waves of a in rows, of b in columns; the constant is left out. Products of waves of one frequency make "
        "squares on the diagonal, such as cos 5 with cos 5 and sin 5; sums alone lie in the first row and column.",
        kind="heatmap",
        x=Axis(label="wave of b"),
        y=Axis(label="wave of a"),
        grids=[
            Grid(name="norm", seed=seed, x=names, y=names, z=values)
            for seed, values in list(zip(trajectory.setup.seeds, norms.tolist(), strict=True))[:n_seeds]
        ],
    )


def _over_checkpoints(spec: FourierOfPairs, trajectory: Trajectory) -> Panel:
    kept = evenly(len(trajectory.steps), MAX_FRAMES)
    frames = []
    for step in (trajectory.steps[place] for place in kept):
        shares = power_shares(spec.of, trajectory.snapshot(step), spec.part)
        names: list[float | str | None] = list(range(1, shares.shape[1] + 1))
        bars = zip(trajectory.setup.seeds, shares.tolist(), strict=True)
        frames.append(Frame(step=step, series=[Series(name="share", seed=s, x=names, y=y) for s, y in bars]))
    return Panel(
        key=f"fourier-of-pairs-{spec.of}-power",
        title=f"Power of the {spec.of} by frequency",
        note="What is missing to 1 lies in products of waves of different frequencies.",
        kind="bars",
        x=Axis(label="frequency"),
        y=Axis(label="share of the power"),
        frames=frames,
    )


def _values(spec: FourierOfPairs, snapshot: Snapshot) -> Float[Tensor, "seed a b neuron"]:
    if spec.of == "neurons":
        return neurons_of_every_pair(snapshot, spec.part)
    logits = every_pair_of(snapshot, spec.part).logits
    modulus = logits.shape[-1]
    return logits.reshape(-1, modulus, modulus, modulus)


def component_norms(values: Float[Tensor, "seed a b neuron"]) -> Float[Tensor, "seed wave_a wave_b"]:
    """The norm over neurons of the coefficient of each product of a wave in a and one in b, in `fourier_basis`."""
    total = torch.stack([squares.sum(-1) for squares in squared_components(values)]).sum(0)
    return total.sqrt()
