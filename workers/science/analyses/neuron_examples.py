from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.analyses import NeuronExamples
from experiments.recipe.panels import Axis, Grid, Panel
from experiments.recipe.tasks import IGNORED, TokenTask
from workers.science.evaluation import Snapshot
from workers.science.hidden_states import HiddenState
from workers.science.measures.probes import at_answers
from workers.science.neurons import areas, main_state, n_layers, neurons_of
from workers.science.registry import implements
from workers.science.trajectory import Trajectory

N_NEURONS = 16  # drawn of each layer and seed
TOP_SHARE = 0.01  # of the answers: where a neuron is most active


@implements(NeuronExamples)
def neuron_examples(spec: NeuronExamples, trajectory: Trajectory) -> list[Panel]:
    """For the neurons that tell a class of an item best: their held-out areas under the curve for all of them; and how
    often each token is the one just read, at the 1% of the answers where they are most active."""
    snapshot, seeds = trajectory.last, trajectory.setup.seeds
    state = main_state(snapshot)
    of_areas, of_tokens = list[Grid](), list[Grid]()
    for layer in range(n_layers(snapshot)):
        choosing, scoring = areas(snapshot, state, layer)
        best = (choosing - 0.5).abs().nan_to_num(0.0).amax(-1).argsort(1, descending=True)[:, :N_NEURONS]
        of_areas += _area_grids(scoring, best, state, layer, seeds)
        of_tokens += _token_grids(tokens_at_the_top(snapshot, layer, best), best, snapshot, layer, seeds)
    return [_area_panel(of_areas), _token_panel(of_tokens)] if of_areas else []


def tokens_at_the_top(
    snapshot: Snapshot, layer: int, neurons: Int[Tensor, "seed best"]
) -> Float[Tensor, "seed best token"]:
    """How often each token is the one at the answer, of the 1% of the answers where a neuron is most active."""
    activations = at_answers(snapshot, neurons_of(layer)).flatten(1, 2)  # (seed, row, neuron)
    n_examples = activations.shape[1] // len(snapshot.answer_positions)
    tokens = snapshot.splits["test"].inputs[:, :n_examples][:, :, list(snapshot.answer_positions)].flatten(1)
    asked = snapshot.labels("test")[:, :n_examples].flatten(1) != IGNORED
    activations = activations.where(asked[..., None], -torch.inf)
    of_best = activations.gather(2, neurons[:, None].expand(-1, activations.shape[1], -1))  # (seed, row, best)
    top = of_best.topk(max(1, round(TOP_SHARE * of_best.shape[1])), dim=1).indices
    seen = tokens[:, :, None].expand(of_best.shape).gather(1, top)  # (seed, top, best)
    return torch.nn.functional.one_hot(seen, snapshot.task.d_in).double().mean(1)


def _area_grids(
    scoring: Float[Tensor, "seed neuron item_class"],
    best: Int[Tensor, "seed best"],
    state: HiddenState,
    layer: int,
    seeds: Sequence[int],
) -> list[Grid]:
    by_class = scoring.reshape(*scoring.shape[:2], -1, len(state.classes))
    return [
        Grid(
            name=f"L{layer}, {name}",
            seed=seed,
            x=list(state.items),
            y=_names(best[row]),
            z=[[None if v != v else v for v in values] for values in by_class[row, best[row], :, place].tolist()],
        )
        for place, name in enumerate(state.classes)
        for row, seed in enumerate(seeds)
    ]


def _token_grids(
    shares: Float[Tensor, "seed best token"],
    best: Int[Tensor, "seed best"],
    snapshot: Snapshot,
    layer: int,
    seeds: Sequence[int],
) -> list[Grid]:
    task = snapshot.task
    assert isinstance(task, TokenTask), "only examples of tokens have hidden states"
    names = list(task.token_names)
    return [
        Grid(name=f"L{layer}", seed=seed, x=names, y=_names(best[row]), z=shares[row].tolist())
        for row, seed in enumerate(seeds)
    ]


def _names(neurons: Int[Tensor, "best"]) -> list[float | str | None]:
    return [f"neuron {neuron}" for neuron in neurons.tolist()]


def _area_panel(grids: list[Grid]) -> Panel:
    return Panel(
        key="neuron-areas",
        title="What single neurons tell",
        note="Area under the curve for each class of each item, on examples that played no part in choosing the "
        "neurons: 1/2 is chance, 1 a detector, 0 a detector of the absence.",
        kind="heatmap",
        x=Axis(label="item"),
        y=Axis(label="neuron"),
        grids=grids,
    )


def _token_panel(grids: list[Grid]) -> Panel:
    return Panel(
        key="neuron-tokens",
        title="What was just read where a neuron is most active",
        note="Share of each token among the 1% of the answers with the largest activations. One token alone: the "
        "neuron knows the last move, whatever the board. Several: look for what they have in common.",
        kind="heatmap",
        x=Axis(label="token just read"),
        y=Axis(label="neuron"),
        grids=grids,
    )
