from collections.abc import Iterator, Sequence

import torch

from experiments.recipe.analyses import ProbeMap
from experiments.recipe.panels import Axis, Grid, Panel, Series
from workers.science.hidden_states import HiddenState, hidden_states_of
from workers.science.measures.probes import Found, at_answers, probe_residual_stream, residual_stream
from workers.science.neurons import n_layers
from workers.science.probes import fit_linear
from workers.science.registry import implements
from workers.science.trajectory import Trajectory


@implements(ProbeMap)
def probe_map(spec: ProbeMap, trajectory: Trajectory) -> list[Panel]:
    """Held-out accuracy of linear probes at each place in the residual stream, its mean and on each item; and the mean
    length of the residual stream there. Source: Nanda et al. 2023, arXiv 2309.00941, section 3."""
    found = list(probe_residual_stream(trajectory.last, fit_linear))
    states = hidden_states_of(trajectory.setup.recipe.task, trajectory.setup.splits["test"])
    seeds = trajectory.setup.seeds
    return [_by_layer(found, seeds), _by_item(found, states, seeds), _lengths(trajectory)]


def _by_layer(found: Sequence[Found], seeds: Sequence[int]) -> Panel:
    return Panel(
        key="probe-by-layer",
        title="What linear probes read off each layer",
        note="Held-out accuracy, the mean over all items. Majority always answers what is most frequent; shuffled is a "
        "probe fitted to labels of other examples. Only what lies above both is read off the network.",
        kind="lines",
        x=Axis(label="residual stream"),
        y=Axis(label="accuracy"),
        series=list(_curves(found, seeds)),
    )


def _curves(found: Sequence[Found], seeds: Sequence[int]) -> Iterator[Series]:
    places: list[float | str | None] = list(dict.fromkeys(f.at for f in found if not f.is_control))
    for state in dict.fromkeys(f.state for f in found):
        of_state = [f for f in found if f.state == state]
        probed = torch.stack([f.mean for f in of_state if not f.is_control], dim=1)  # (seed, place)
        for seed, values in zip(seeds, probed.tolist(), strict=True):
            yield Series(name=state, seed=seed, x=places, y=values)
        for control in (f for f in of_state if f.is_control):
            for seed, value in zip(seeds, control.mean.tolist(), strict=True):
                yield Series(name=f"{state}, {control.at}", seed=seed, x=places, y=[value] * len(places))


def _by_item(found: Sequence[Found], states: dict[str, HiddenState], seeds: Sequence[int]) -> Panel:
    return Panel(
        key="probe-by-item",
        title="Which items linear probes read",
        note="Held-out accuracy on each item: on a board, each square. Items that are hard to read everywhere, and "
        "such as become easy in one layer, tell what is computed there.",
        kind="heatmap",
        x=Axis(label="column"),
        y=Axis(label="row"),
        grids=[
            Grid(
                name=f"{f.state}, {f.at}",
                seed=seed,
                x=list(states[f.state].columns),
                y=list(states[f.state].rows),
                z=_in_rows([None if value != value else value for value in values], len(states[f.state].columns)),
            )
            for f in found
            if f.at != "shuffled"
            for seed, values in zip(seeds, f.accuracies.tolist(), strict=True)
        ],
    )


def _in_rows(values: Sequence[float | None], n_columns: int) -> list[list[float | None]]:
    return [list(values[first : first + n_columns]) for first in range(0, len(values), n_columns)]


def _lengths(trajectory: Trajectory) -> Panel:
    hooks = residual_stream(n_layers(trajectory.last))
    by_place = [at_answers(trajectory.last, hook).double().norm(dim=-1).mean(dim=(1, 2)) for hook in hooks.values()]
    lengths = torch.stack(by_place, dim=1)  # (seed, place)
    return Panel(
        key="residual-length",
        title="How long the residual stream is",
        note="Mean Euclidean length at the answers. Every layer adds to the stream; where it grows much faster than "
        "what can be read off it, earlier content is drowned unless somebody erases or repeats it.",
        kind="lines",
        x=Axis(label="residual stream"),
        y=Axis(label="length"),
        series=[
            Series(name="length", seed=seed, x=list(hooks), y=values)
            for seed, values in zip(trajectory.setup.seeds, lengths.tolist(), strict=True)
        ],
    )
