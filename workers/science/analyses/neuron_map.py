from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import NeuronMap
from experiments.recipe.panels import MAX_VALUES, Axis, Grid, Panel, Series
from workers.science.evaluation import Snapshot
from workers.science.hidden_states import HiddenState
from workers.science.neuron_rules import rules_of, said_of
from workers.science.neurons import LayerOfNeurons, layer_of_neurons, main_state, n_layers
from workers.science.registry import implements
from workers.science.thinning import evenly
from workers.science.trajectory import Trajectory

N_NEURONS = 16  # drawn of each layer and seed


@implements(NeuronMap)
def neuron_map(spec: NeuronMap, trajectory: Trajectory) -> list[Panel]:
    """Cosines of the neurons' input and output weights with the directions of linear probes, for the neurons that line
    up best; for all of them, what each writes along the direction it reads most of; and how well the rule that its
    input weights spell foretells when it fires."""
    snapshot, seeds = trajectory.last, trajectory.setup.seeds
    state = main_state(snapshot)
    layers = [layer_of_neurons(snapshot, state, layer) for layer in range(n_layers(snapshot))]
    grids = [g for place, layer in enumerate(layers) for g in _maps(layer.reads, state, place, seeds)]
    series = [s for place, layer in enumerate(layers) for s in _reading_and_writing(layer, state, place, seeds)]
    rules = [s for place, layer in enumerate(layers) for s in _rules(snapshot, layer, state, place, seeds)]
    return [_map_panel(grids), _write_erase_panel(series), _rules_panel(rules)] if grids else []


def _map_panel(grids: list[Grid]) -> Panel:
    return Panel(
        key="neuron-map",
        title="What neurons read off the board of the probes",
        note="A row for each of the neurons that line up best: the cosine of its input weights with the direction of a "
        "class of each item. A neuron with a few strong neighbours in a line reads a rule; one with a single item "
        "reads that; faint rows all over are superposition, or chance. The measure neuron-directions holds it against "
        "random vectors.",
        kind="heatmap",
        x=Axis(label="item"),
        y=Axis(label="neuron"),
        grids=grids,
    )


def _maps(
    cosines: Float[Tensor, "seed neuron item class"], state: HiddenState, layer: int, seeds: Sequence[int]
) -> list[Grid]:
    """For each class, the same neurons: those with the largest |cos| of all."""
    best = cosines.abs().amax(dim=(2, 3)).argsort(1, descending=True)[:, :N_NEURONS]
    return [
        Grid(
            name=f"L{layer}, {name}",
            seed=seed,
            x=list(state.items),
            y=[f"neuron {neuron}" for neuron in best[row].tolist()],
            z=cosines[row, best[row], :, place].tolist(),
        )
        for place, name in enumerate(state.classes)
        for row, seed in enumerate(seeds)
    ]


def _write_erase_panel(series: list[Series]) -> Panel:
    return Panel(
        key="neuron-reading-and-writing",
        title="What a neuron writes where it reads",
        note="Each point is a neuron, at the class of an item that its input weights line up with best. Above 0 it "
        "writes along what it reads (it repeats it), below 0 against it (it erases it); left of 0 it is active in the "
        "absence of what it reads, so there the signs turn. At height 0 it does neither.",
        kind="scatter",
        x=Axis(label="cosine of the input weights"),
        y=Axis(label="cosine of the output weights, same item and class"),
        series=series,
    )


def _reading_and_writing(layer: LayerOfNeurons, state: HiddenState, place: int, seeds: Sequence[int]) -> list[Series]:
    reads, writes = layer.reads.flatten(2), layer.writes.flatten(2)
    best = reads.abs().argmax(-1, keepdim=True)  # (seed, neuron, 1)
    x, y = (cosines.gather(-1, best)[..., 0] for cosines in (reads, writes))
    names = [f"{name} of {item}" for item in state.items for name in state.classes]
    kept = torch.tensor(evenly(x.shape[1], MAX_VALUES // (16 * len(seeds))))
    return [
        Series(
            name=f"L{place}",
            seed=seed,
            x=x[row, kept].tolist(),
            y=y[row, kept].tolist(),
            text=[f"neuron {n}: {names[best[row, n, 0]]}" for n in kept.tolist()],
        )
        for row, seed in enumerate(seeds)
    ]


def _rules_panel(series: list[Series]) -> Panel:
    return Panel(
        key="neuron-rules",
        title="How well a neuron's input weights foretell when it fires",
        note="Each point is a neuron; its rule, beside the point, is what its input weights line up with best. Up: "
        "where the rule holds, the neuron is among its largest tenth; a rule that has nothing to do with it is at 0.1. "
        "To the right: where the neuron fires, the rule holds. A clean detector is in the upper right corner.",
        kind="scatter",
        x=Axis(label="recall"),
        y=Axis(label="precision"),
        series=series,
    )


def _rules(
    snapshot: Snapshot, layer: LayerOfNeurons, state: HiddenState, place: int, seeds: Sequence[int]
) -> list[Series]:
    rules = rules_of(snapshot, state, place, layer.reads)
    kept = evenly(rules.precision.shape[1], MAX_VALUES // (16 * len(seeds)))
    return [
        Series(
            name=f"L{place}",
            seed=seed,
            x=rules.recall[row, kept].tolist(),
            y=rules.precision[row, kept].tolist(),
            text=[f"neuron {n}: {said}" for n, said in enumerate(said_of(rules, state, row)) if n in set(kept)],
        )
        for row, seed in enumerate(seeds)
    ]
