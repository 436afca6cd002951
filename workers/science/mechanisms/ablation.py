"""Replacing the output of one part of a network, and seeing what becomes of its answers.

Source: Chan et al. 2022, "Causal scrubbing"; Wang et al. 2022, arXiv 2211.00593, section 2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.evaluation import EditsOf, Snapshot, edited_outputs, recorded
from workers.science.mechanisms.asked import Asked
from workers.science.model import Edit
from workers.science.randomness import generator
from workers.science.transformer import Transformer

Metric = Callable[[Tensor], Float[Tensor, "seed"]]  # of the outputs at the answers


@dataclass(frozen=True)
class Site:
    """One part's output: the whole of an activation, or the head's share of it."""

    name: str
    hook: str
    head: int | None = None


def heads_of(model: Transformer) -> list[Site]:
    return [
        Site(f"L{layer}H{head}", f"blocks.{layer}.attn.hook_z", head)
        for layer in range(model.spec.n_layers)
        for head in range(model.spec.n_heads)
    ]


def layers_of(model: Transformer) -> list[Site]:
    """The attention of each layer, and its MLP where there is one."""
    kinds = {"attention": "hook_attn_out"} | ({"MLP": "hook_mlp_out"} if model.spec.d_mlp else {})
    return [
        Site(f"L{layer} {kind}", f"blocks.{layer}.{hook}")
        for layer in range(model.spec.n_layers)
        for kind, hook in kinds.items()
    ]


def ablation_effects(
    snapshot: Snapshot, asked: Asked, by: Literal["zero", "mean", "resample"], metric: Metric
) -> dict[str, Float[Tensor, "seed"]]:
    """m_ablated - m_base of every head, attention layer and MLP by its name, for one metric m of the outputs."""
    model = snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    sites = [*heads_of(model), *layers_of(model)]
    others = replacements(snapshot, asked, by, {site.hook for site in sites})
    base = metric(outputs_under(snapshot, asked, lambda rows: {}))
    return {
        site.name: metric(outputs_under(snapshot, asked, replacing(site, others[site.hook]))) - base for site in sites
    }


def outputs_under(snapshot: Snapshot, asked: Asked, edits_of: EditsOf) -> Float[Tensor, "seed example answer d_out"]:
    return edited_outputs(snapshot.model, snapshot.weights, asked.inputs, asked.positions, edits_of)


def replacements(
    snapshot: Snapshot, asked: Asked, by: Literal["zero", "mean", "resample"], hooks: set[str]
) -> dict[str, Float[Tensor, "seed example *dims"]]:
    """What takes the place of each activation, for every example: zeros, the mean over the examples at each position,
    or what another example has, drawn once and the same for all activations and seeds."""
    found = recorded(snapshot.model, snapshot.weights, asked.inputs, hooks)
    if by == "zero":
        return {name: torch.zeros_like(x[:, :1]).expand_as(x) for name, x in found.items()}
    if by == "mean":
        return {name: x.mean(1, keepdim=True).expand_as(x) for name, x in found.items()}
    others = torch.randperm(asked.inputs.shape[1], generator=generator(0, "resample")).to(asked.inputs.device)
    return {name: x[:, others] for name, x in found.items()}


def replacing(site: Site, other: Float[Tensor, "seed example *dims"]) -> EditsOf:
    """Puts `other` in the place of the site's activation, example by example."""

    def edits_of(rows: slice) -> Mapping[str, Edit]:
        new = other[:, rows]
        return {site.hook: lambda x: new if site.head is None else with_head(x, new, site.head)}

    return edits_of


def with_head(
    x: Float[Tensor, "seed example pos head d_head"], other: Float[Tensor, "seed example pos head d_head"], head: int
) -> Float[Tensor, "seed example pos head d_head"]:
    """x with one head's numbers from `other`."""
    changed = x.clone()
    changed[..., head, :] = other[..., head, :]
    return changed
