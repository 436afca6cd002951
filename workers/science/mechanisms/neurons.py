"""Replacing the activations of many neurons, in one order or another."""

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


def how_much_is_written(snapshot: Snapshot, asked: Asked) -> Float[Tensor, "seed neuron"]:
    """Layer by layer, the deviation of each neuron's activation from its mean over the examples, at each position, as a
    root mean square, times the norm of its outgoing weights."""
    found = recorded(snapshot.model, snapshot.weights, asked.inputs, neuron_hooks(snapshot))
    writing = [
        (x - x.mean(1, keepdim=True)).square().flatten(1, -2).mean(1).sqrt() * _outgoing(snapshot, layer).norm(dim=-1)
        for layer, x in enumerate(found.values())
    ]
    return torch.cat(writing, dim=1)


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
    others: Mapping[str, Float[Tensor, "seed example *pos width"]],
    order: Int[Tensor, "seed neuron"],
    n_ablated: int,
) -> Float[Tensor, "seed"]:
    """The loss when the first neurons of an order have other activations, given by hook name."""
    is_replaced = torch.zeros_like(order, dtype=torch.bool).scatter(1, order[:, :n_ablated], True)
    widths = [activation.shape[-1] for activation in others.values()]
    of_layers = dict(zip(others, torch.split(is_replaced, widths, dim=1), strict=True))

    def edits_of(rows: slice) -> Mapping[str, Edit]:
        return {name: _replacing(others[name][:, rows], chosen) for name, chosen in of_layers.items()}

    outputs = edited_outputs(snapshot.model, snapshot.weights, asked.inputs, asked.positions, edits_of)
    return loss_at(snapshot, outputs, asked.labels)


def _replacing(other: Float[Tensor, "seed example *pos width"], chosen: Bool[Tensor, "seed width"]) -> Edit:
    mask = chosen.view(len(chosen), *[1] * (other.dim() - 2), -1)
    return lambda x: torch.where(mask, other, x)
