"""Replacing the output of one part of a network, and seeing what becomes of its answers.

Source: Chan et al. 2022, "Causal scrubbing"; Wang et al. 2022, arXiv 2211.00593, section 2.
"""

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.evaluation import EditsOf, Snapshot, edited_outputs, recorded
from workers.science.mechanisms.asked import Asked
from workers.science.mechanisms.sites import heads_of, layers_of, replacing
from workers.science.randomness import generator
from workers.science.transformer import Transformer

Metric = Callable[[Tensor], Float[Tensor, "seed"]]  # of the outputs at the answers


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
