"""Activations of one example put into the run on another, and what comes back of its answer.

Source: Meng et al. 2022, arXiv 2202.05262; Wang et al. 2022, arXiv 2211.00593, section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from experiments.recipe.measures.mechanisms import PatchedSites
from experiments.recipe.tasks import IGNORED
from workers.science.dataset import Examples
from workers.science.evaluation import EditsOf, Snapshot, edited_outputs, recorded
from workers.science.mechanisms.asked import Asked
from workers.science.mechanisms.sites import Site, heads_of, replacing
from workers.science.model import Edit
from workers.science.randomness import generator
from workers.science.registry import implementation_of, is_implemented
from workers.science.transformer import Transformer


@dataclass(frozen=True)
class Pairs:
    """Clean examples, and the corrupted one of each."""

    snapshot: Snapshot
    asked: Asked
    corrupted: Examples

    def effect(self, edits_of: EditsOf) -> Float[Tensor, "seed"]:
        """(m_patched - m_corrupted) / (m_clean - m_corrupted) of edits of the runs on the corrupted examples. Not a
        number where clean and corrupted examples have all answers in common."""
        return (self.metric(self.corrupted.inputs, edits_of) - self._of_corrupted) / (
            self._of_clean - self._of_corrupted
        )

    def metric(self, inputs: Tensor, edits_of: EditsOf) -> Float[Tensor, "seed"]:
        """m: mean over the answers that differ of the logit of the clean answer minus that of the corrupted one."""
        model, weights = self.snapshot.model, self.snapshot.weights
        logits = edited_outputs(model, weights, inputs, self.asked.positions, edits_of).double()
        difference = logits.gather(-1, self._clean[..., None]) - logits.gather(-1, self._wrong[..., None])
        return (difference[..., 0] * self.differ).sum(dim=(1, 2)) / self.differ.sum(dim=(1, 2))

    @cached_property
    def differ(self) -> Bool[Tensor, "seed example answer"]:
        """Which answers are asked for on both sides, and are not the same."""
        clean, wrong = self.asked.labels, self.corrupted.labels[:, :, self.asked.answers]
        return (clean != IGNORED) & (wrong != IGNORED) & (clean != wrong)

    @cached_property
    def _clean(self) -> Int[Tensor, "seed example answer"]:
        return self.asked.labels.clamp(min=0)

    @cached_property
    def _wrong(self) -> Int[Tensor, "seed example answer"]:
        return self.corrupted.labels[:, :, self.asked.answers].clamp(min=0)

    @cached_property
    def _of_clean(self) -> Float[Tensor, "seed"]:
        return self.metric(self.asked.inputs, unedited)

    @cached_property
    def _of_corrupted(self) -> Float[Tensor, "seed"]:
        return self.metric(self.corrupted.inputs, unedited)


def unedited(rows: slice) -> Mapping[str, Edit]:
    return {}


def pairs_of(snapshot: Snapshot, asked: Asked) -> Pairs:
    """Each example with what the task makes of it for this purpose; or else with another one, drawn once."""
    task, clean = snapshot.task, asked.examples
    if is_implemented(type(task), "corrupted"):
        return Pairs(snapshot, asked, implementation_of(task, "corrupted")(task, clean))
    order = torch.randperm(clean.inputs.shape[1], generator=generator(0, "corrupted")).to(clean.inputs.device)
    partners = torch.empty_like(order)
    partners[order] = order.roll(1)  # one cycle through all of them: nobody is its own partner
    return Pairs(snapshot, asked, Examples(clean.inputs[:, partners], clean.labels[:, partners]))


def effects_of_heads(pairs: Pairs) -> dict[str, Float[Tensor, "seed"]]:
    """The effect of each head's output at all positions, by the head's name."""
    model = pairs.snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    sites = heads_of(model)
    clean = _activations(pairs, {site.hook for site in sites})
    return {site.name: pairs.effect(replacing(site, clean[site.hook])) for site in sites}


def effects_by_position(pairs: Pairs, of: PatchedSites) -> dict[str, Float[Tensor, "seed pos"]]:
    """The effect of each layer's activation at each position alone, by the name of the layer's."""
    model = pairs.snapshot.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    sites = _sites(model, of)
    clean = _activations(pairs, {site.hook for site in sites})
    return {
        site.name: torch.stack(
            [pairs.effect(_at_position(site, clean[site.hook], place)) for place in range(model.n_ctx)], dim=1
        )
        for site in sites
    }


def _sites(model: Transformer, of: PatchedSites) -> list[Site]:
    layers = range(model.spec.n_layers)
    if not layers:
        return []
    if of == "residual":
        last = Site("end residual", f"blocks.{layers[-1]}.hook_resid_post")
        return [*(Site(f"L{layer} residual", f"blocks.{layer}.hook_resid_pre") for layer in layers), last]
    if of == "mlp":
        return [Site(f"L{layer} MLP", f"blocks.{layer}.hook_mlp_out") for layer in layers]
    return [Site(f"L{layer} attention", f"blocks.{layer}.hook_attn_out") for layer in layers]


def _activations(pairs: Pairs, hooks: set[str]) -> dict[str, Float[Tensor, "seed example *dims"]]:
    return recorded(pairs.snapshot.model, pairs.snapshot.weights, pairs.asked.inputs, hooks)


def _at_position(site: Site, clean: Float[Tensor, "seed example pos d_model"], place: int) -> EditsOf:
    def edits_of(rows: slice) -> Mapping[str, Edit]:
        def edit(x: Tensor) -> Tensor:
            changed = x.clone()
            changed[:, :, place] = clean[:, rows, place]
            return changed

        return {site.hook: edit}

    return edits_of
