import torch
from jaxtyping import Int
from torch import Tensor

from experiments.recipe.analyses import NeuronAblation
from experiments.recipe.panels import Axis, Panel, Series
from workers.science.mechanisms.ablation import replacements
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.neurons import how_much_is_written, loss_without, neuron_hooks
from workers.science.naming import slug
from workers.science.randomness import generator
from workers.science.registry import implements
from workers.science.trajectory import Trajectory

SAID_OF = {
    "mean": "are held at their mean over the examples",
    "zero": "are put to zero",
    "resample": "do what they do in another example",
}


@implements(NeuronAblation)
def neuron_ablation(spec: NeuronAblation, trajectory: Trajectory) -> list[Panel]:
    """The loss of the last checkpoint against the number of neurons that are replaced, in three orders."""
    snapshot, seeds = trajectory.last, trajectory.setup.seeds
    if not neuron_hooks(snapshot):
        return []
    asked = asked_by(spec, snapshot)
    others = replacements(snapshot, asked, spec.by, set(neuron_hooks(snapshot)))
    writing = how_much_is_written(snapshot, asked)
    largest_first = writing.argsort(dim=1, descending=True, stable=True)
    orders = {
        "largest first": largest_first,
        "smallest first": largest_first.flip(1),
        "random": _random(largest_first),
    }
    counts = _counts(writing.shape[1])
    series = []
    for name, order in orders.items():
        losses = torch.stack([loss_without(snapshot, asked, others, order, n) for n in counts], dim=1)
        series += [
            Series(name=name, seed=seed, x=[*counts], y=values)
            for seed, values in zip(seeds, losses.tolist(), strict=True)
        ]
    return [
        Panel(
            key=slug(f"neuron ablation {'' if spec.by == 'mean' else spec.by} {spec.said_all}"),
            title=f"How many neurons it takes{'' if spec.by == 'mean' else f', {spec.by} ablation'}{spec.said_all}",
            note=f"Neurons {SAID_OF[spec.by]}. Where smallest first stays low for long, few "
            "neurons do the work; where it rises as a random order does, all share it.",
            kind="lines",
            x=Axis(label="neurons ablated"),
            y=Axis(label="loss", unit=snapshot.task.loss_unit),
            series=series,
        )
    ]


def _random(order: Int[Tensor, "seed neuron"]) -> Int[Tensor, "seed neuron"]:
    """One random order, the same for every seed."""
    drawn = torch.randperm(order.shape[1], generator=generator(0, "neuron ablation"))
    return drawn.to(order.device).expand_as(order)


def _counts(n_neurons: int) -> list[int]:
    """Of 0 to all of them, every one where they are few, and about 32 numbers where they are many."""
    stride = max(1, n_neurons // 32)
    return [*range(0, n_neurons, stride), n_neurons]
