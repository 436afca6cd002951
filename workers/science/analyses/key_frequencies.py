from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.analyses import KeyFrequencies
from experiments.recipe.panels import MAX_VALUES, Axis, Grid, Panel, Series
from workers.science.key_frequencies import embedding_power, key_by_power, neuron_frequencies
from workers.science.measures.progress_measures import excluded_train_loss, restricted_losses
from workers.science.modular_pairs import every_pair_of, has_neurons
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory

MAX_CHECKPOINTS = 100  # each is one look at all pairs


@implements(KeyFrequencies)
def key_frequencies(spec: KeyFrequencies, trajectory: Trajectory) -> list[Panel]:
    """Three panels: which are key at the end, power over the checkpoints, losses over the checkpoints.

    Source: Nanda et al. 2023, arXiv 2301.05217, section 5.1 and figure 7.
    """
    key = key_by_power(trajectory.last, spec.part, spec.threshold)
    kept = evenly(len(trajectory.steps), min(MAX_CHECKPOINTS, MAX_VALUES // key.numel()))
    steps = [trajectory.steps[place] for place in kept]
    return [
        _which(spec, trajectory, key),
        _over_checkpoints(spec, trajectory, steps),
        _losses(spec, trajectory, steps, key),
    ]


def _which(spec: KeyFrequencies, trajectory: Trajectory, key: Bool[Tensor, "seed frequency"]) -> Panel:
    power = embedding_power(trajectory.last, spec.part)
    shown = {"share of the embedding": power / power.sum(1, keepdim=True) * key}
    if has_neurons(trajectory.setup.model):
        found = neuron_frequencies(trajectory.last, spec.part)
        shown["share of the neurons"] = found.clusters(spec.neuron_threshold).double() / found.best.shape[1]
    names: list[float | str | None] = list(range(1, key.shape[1] + 1))
    return Panel(
        key="key-frequencies",
        title="Key frequencies at the last checkpoint",
        note=f"By power: more than {spec.threshold:g} of the embedding's. By neurons: the best frequency of some "
        f"neuron, of whose variance it explains {spec.neuron_threshold:g} or more. Others are drawn as 0.",
        kind="bars",
        x=Axis(label="frequency"),
        y=Axis(label="share"),
        series=[
            Series(name=name, seed=seed, x=names, y=values)
            for name, shares in shown.items()
            for seed, values in zip(trajectory.setup.seeds, shares.tolist(), strict=True)
        ],
    )


def _over_checkpoints(spec: KeyFrequencies, trajectory: Trajectory, steps: Sequence[int]) -> Panel:
    power = torch.stack([embedding_power(trajectory.snapshot(step), spec.part) for step in steps])
    shares = power / power.sum(-1, keepdim=True)  # (checkpoint, seed, frequency)
    names: list[float | str | None] = list(range(1, shares.shape[2] + 1))
    return Panel(
        key="key-frequencies-power",
        title="Power of the embedding by frequency, over the checkpoints",
        note="Each row is one frequency. See when the key frequencies part from the others, and whether one that led "
        "falls back.",
        kind="heatmap",
        x=Axis(label="step"),
        y=Axis(label="frequency"),
        grids=[
            Grid(name="share of the power", seed=seed, x=[str(step) for step in steps], y=names, z=shares_.T.tolist())
            for seed, shares_ in zip(trajectory.setup.seeds, shares.transpose(0, 1), strict=True)
        ],
    )


def _losses(
    spec: KeyFrequencies, trajectory: Trajectory, steps: Sequence[int], key: Bool[Tensor, "seed frequency"]
) -> Panel:
    curves = [_losses_at(trajectory, step, spec.part, key) for step in steps]
    return Panel(
        key="key-frequencies-losses",
        title="Progress measures with the key frequencies of the last checkpoint",
        note="The restricted loss (all pairs) falls while the circuit forms; the excluded loss (training pairs) rises "
        "as what was known by heart fades. K was fixed at the end: nobody knows it while training goes on.",
        kind="lines",
        x=Axis(label="step"),
        y=Axis(label="loss", unit="nats per token", scale="log"),
        series=[
            Series(name=name, seed=seed, x=list(steps), y=[curve[name][place].item() for curve in curves])
            for place, seed in enumerate(trajectory.setup.seeds)
            for name in curves[0]
        ],
    )


def _losses_at(
    trajectory: Trajectory, step: int, part: str, key: Bool[Tensor, "seed frequency"]
) -> dict[str, Float[Tensor, "seed"]]:
    snapshot = trajectory.snapshot(step)
    pairs = every_pair_of(snapshot, part)
    return {
        "restricted": restricted_losses(pairs, key)[""],
        "excluded": excluded_train_loss(pairs, key),
        "train": snapshot.loss(snapshot.outputs("train", part), snapshot.labels("train", part)),
        "test": snapshot.loss(snapshot.outputs("test", part), snapshot.labels("test", part)),
    }
