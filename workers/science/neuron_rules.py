"""Rules of neurons, read off their weights and held against their activations."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot
from workers.science.hidden_states import HiddenState
from workers.science.measures.probes import at_answers, halves
from workers.science.neurons import MAX_ROWS, neurons_of
from workers.science.randomness import generator

N_CONDITIONS = 3  # the most that a rule is made of
FIRING_SHARE = 0.1  # of the answers: those at which a neuron fires

PerNeuron = Float[Tensor, "seed neuron"]


@dataclass(frozen=True)
class Rules:
    """What the neurons of a layer read, and how well that tells when they fire."""

    conditions: Int[Tensor, "seed neuron condition"]  # item * n_classes + class, the best first
    n_conditions: Int[Tensor, "seed neuron"]  # how many of them must hold at once
    precision: PerNeuron
    recall: PerNeuron
    shuffled_f1: PerNeuron

    @property
    def f1(self) -> PerNeuron:
        return f1_of(self.precision, self.recall)


def rules_of(
    snapshot: Snapshot, state: HiddenState, layer: int, cosines: Float[Tensor, "seed neuron item class"]
) -> Rules:
    """Of each neuron of a layer, whose input weights have these cosines with the directions of the probes; conditions
    are chosen by them, their number on some answers, and the scores are of others."""
    reads = cosines.flatten(2)  # (seed, neuron, item class)
    conditions = reads.topk(min(N_CONDITIONS, reads.shape[2]), dim=2).indices
    activations = halves(snapshot, at_answers(snapshot, neurons_of(layer)))
    classes = halves(snapshot, state.values)
    choosing, scoring = ((a[:, :MAX_ROWS], c[:, :MAX_ROWS]) for a, c in zip(activations, classes, strict=True))
    threshold = firing_threshold(*choosing)
    counts = f1_of(*scores_of(choosing, threshold, conditions, len(state.classes)))
    n_conditions = counts.argmax(2)  # (seed, neuron): one less than how many
    precision, recall = (
        _picked(s, n_conditions) for s in scores_of(scoring, threshold, conditions, len(state.classes))
    )
    order = torch.randperm(reads.shape[1], generator=generator(0, "rules of other neurons")).to(reads.device)
    of_others = scores_of(scoring, threshold, conditions[:, order], len(state.classes))
    shuffled = f1_of(*(_picked(s, n_conditions[:, order]) for s in of_others))
    return Rules(conditions, n_conditions + 1, precision, recall, shuffled)


Rows = tuple[Float[Tensor, "seed row neuron"], Int[Tensor, "seed row item"]]  # activations, and classes of the items


def firing_threshold(activations: Float[Tensor, "seed row neuron"], classes: Int[Tensor, "seed row item"]) -> PerNeuron:
    """What the largest tenth of a neuron's activations lie above, of the answers that are asked for."""
    asked = (classes != IGNORED).any(-1)
    return activations.double().where(asked[..., None], torch.nan).nanquantile(1 - FIRING_SHARE, dim=1)


def scores_of(
    rows: Rows, threshold: PerNeuron, conditions: Int[Tensor, "seed neuron condition"], n_classes: int
) -> tuple[Float[Tensor, "seed neuron n"], Float[Tensor, "seed neuron n"]]:
    """Precision and recall of the first condition alone, of the first two together, and so on."""
    activations, classes = rows
    asked = (classes != IGNORED).any(-1)
    fires = (activations > threshold[:, None]) & asked[..., None]
    holds = asked[..., None].expand_as(fires)
    found = []
    for place in range(conditions.shape[2]):
        item, wanted = conditions[:, :, place] // n_classes, conditions[:, :, place] % n_classes  # each (seed, neuron)
        of_item = classes.gather(2, item[:, None].expand(-1, classes.shape[1], -1))  # (seed, row, neuron)
        holds = holds & (of_item == wanted[:, None])
        found.append(precision_and_recall(fires, holds))
    precision, recall = (torch.stack(scores, dim=2) for scores in zip(*found, strict=True))
    return precision, recall


def precision_and_recall(
    fires: Bool[Tensor, "seed row neuron"], holds: Bool[Tensor, "seed row neuron"]
) -> tuple[PerNeuron, PerNeuron]:
    """P(fires | holds) and P(holds | fires), in [0, 1]; 0 where nothing holds, or fires."""
    both, n_fires, n_holds = ((fires & holds).sum(1).double(), fires.sum(1), holds.sum(1))
    return both / n_holds.clamp(min=1), both / n_fires.clamp(min=1)


def f1_of(precision: Tensor, recall: Tensor) -> Tensor:
    """2 P R / (P + R), in [0, 1]; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall).clamp(min=1e-12)


def _picked(scores: Float[Tensor, "seed neuron n"], place: Int[Tensor, "seed neuron"]) -> PerNeuron:
    return scores.gather(2, place[..., None])[..., 0]


def said_of(rules: Rules, state: HiddenState, seed_place: int) -> list[str]:
    """The rule of each neuron in words: "theirs of c4 and empty of c5"."""
    names = [f"{name} of {item}" for item in state.items for name in state.classes]
    rows = zip(rules.conditions[seed_place].tolist(), rules.n_conditions[seed_place].tolist(), strict=True)
    return [" and ".join(names[place] for place in conditions[:n]) for conditions, n in rows]
