"""Probes that read another place than the one they were fitted to, and probes by kind of item."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import ProbePerKind, ProbeTransplant
from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot
from workers.science.hidden_states import HiddenState
from workers.science.measures.probes import at_answers, halves, residual_stream
from workers.science.neurons import main_state, n_layers
from workers.science.probes import LinearClassifier, accuracy, fit_linear
from workers.science.registry import implements

PerSeed = Float[Tensor, "seed"]


@implements(ProbeTransplant)
def probe_transplant(spec: ProbeTransplant, snapshot: Snapshot) -> dict[str, PerSeed]:
    """Mean over items of the held-out accuracy, in [0, 1], by where the probe was fitted and where it reads; nothing
    without layers."""
    found, names = transplanted(snapshot), list(residual_stream(n_layers(snapshot)))
    pairs = {
        f"{fitted} to {read}": found[:, row, column]
        for row, fitted in enumerate(names)
        for column, read in enumerate(names)
        if row != column
    }
    return {"": torch.stack(list(pairs.values())).mean(0)} | pairs if pairs else {}


def transplanted(snapshot: Snapshot) -> Float[Tensor, "seed fitted read"]:
    """The accuracy of every place's probe at every place, its own among them."""
    state, hooks = main_state(snapshot), residual_stream(n_layers(snapshot)).values()
    probes = [_fitted(snapshot, hook, state) for hook in hooks]
    _, held_out = halves(snapshot, state.values)
    read = []
    for hook in hooks:
        _, scored = halves(snapshot, at_answers(snapshot, hook))
        read.append(torch.stack([accuracy(probe, scored, held_out).nanmean(-1) for probe in probes], dim=1))
    return torch.stack(read, dim=2)


@implements(ProbePerKind)
def probe_per_kind(spec: ProbePerKind, snapshot: Snapshot) -> dict[str, PerSeed]:
    """Share of the items of a kind, over all answers, whose class is told right, in [0, 1]."""
    state, values = main_state(snapshot), dict[str, Tensor]()
    _, held_out = halves(snapshot, state.values)
    for at, hook in residual_stream(n_layers(snapshot)).items():
        _, scored = halves(snapshot, at_answers(snapshot, hook))
        right = _fitted(snapshot, hook, state).logits(scored).argmax(2) == held_out
        for kind, mask in state.kinds.items():
            _, of_kind = halves(snapshot, mask)
            values[f"{kind} {at}"] = share_where(right, of_kind & (held_out != IGNORED))
    return values


def share_where(right: Bool[Tensor, "seed row item"], counts: Bool[Tensor, "seed row item"]) -> PerSeed:
    return (right & counts).sum(dim=(1, 2)).double() / counts.sum(dim=(1, 2))


def _fitted(snapshot: Snapshot, hook: str, state: HiddenState) -> LinearClassifier:
    features, _ = halves(snapshot, at_answers(snapshot, hook))
    classes, _ = halves(snapshot, state.values)
    return fit_linear(features, classes, len(state.classes))
