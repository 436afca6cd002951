"""Holding many neurons at their mean, in one order or another."""

from collections.abc import Mapping

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workers.science.evaluation import Snapshot, edited_outputs, recorded
from workers.science.mechanisms.asked import Asked, loss_at
from workers.science.model import Edit
from workers.science.transformer import Transformer


def neuron_hooks(snapshot: Snapshot) -> list[str]:
    """The hook points of the neurons, behind the activation, layer by layer."""
    return [name for name in snapshot.model.hook_names if name.endswith(".hook_post")]


def mean_and_writing(
    snapshot: Snapshot, asked: Asked
) -> tuple[dict[str, Float[Tensor, "seed 1 *pos width"]], Float[Tensor, "seed neuron"]]:
    """Each neuron's mean over the examples, at each position; and how much it writes, layer by layer: the deviation of
    its activation from that mean, as a root mean square, times the norm of its outgoing weights."""
    found = recorded(snapshot.model, snapshot.weights, asked.inputs, neuron_hooks(snapshot))
    means = {name: x.mean(1, keepdim=True) for name, x in found.items()}
    writing = [
        (x - means[name]).square().flatten(1, -2).mean(1).sqrt() * _outgoing(snapshot, layer).norm(dim=-1)
        for layer, (name, x) in enumerate(found.items())
    ]
    return means, torch.cat(writing, dim=1)


def _outgoing(snapshot: Snapshot, layer: int) -> Float[Tensor, "seed neuron d_out"]:
    """The weights that read the neurons of a layer."""
    weights = snapshot.weights
    if isinstance(snapshot.model, Transformer):
        return weights[f"blocks.{layer}.mlp.W_out"]
    for name in (f"layers.{layer + 1}.W_in", "unembed.W_out", "unembed.W_U"):
        if name in weights:
            return weights[name]
    raise AssertionError(f"nothing reads the neurons of layer {layer}")


def loss_without(
    snapshot: Snapshot,
    asked: Asked,
    means: Mapping[str, Float[Tensor, "seed 1 *pos width"]],
    order: Int[Tensor, "seed neuron"],
    n_ablated: int,
) -> Float[Tensor, "seed"]:
    """The loss when the first neurons of an order are held at their mean."""
    is_held = torch.zeros_like(order, dtype=torch.bool).scatter(1, order[:, :n_ablated], True)
    edits = _edits(means, is_held)
    outputs = edited_outputs(snapshot.model, snapshot.weights, asked.inputs, asked.positions, lambda rows: edits)
    return loss_at(snapshot, outputs, asked.labels)


def _edits(
    means: Mapping[str, Float[Tensor, "seed 1 *pos width"]], is_held: Bool[Tensor, "seed neuron"]
) -> dict[str, Edit]:
    def holding(mean: Tensor, held: Bool[Tensor, "seed neuron"]) -> Edit:
        mask = held.view(len(held), *[1] * (mean.dim() - 2), -1)
        return lambda x: torch.where(mask, mean, x)

    widths = [mean.shape[-1] for mean in means.values()]
    parts = torch.split(is_held, widths, dim=1)
    return {name: holding(mean, held) for (name, mean), held in zip(means.items(), parts, strict=True)}
