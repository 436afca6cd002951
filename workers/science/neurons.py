"""Neurons against hidden states: how their weights lie to what probes read, and what their activations tell."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot
from workers.science.hidden_states import HiddenState, hidden_states_of
from workers.science.measures.probes import at_answers, halves
from workers.science.probes import fit_linear
from workers.science.randomness import generator
from workers.science.transformer import Transformer

Vectors = Float[Tensor, "seed neuron d"]

MAX_ROWS = 4096  # answers whose activations are ranked


@dataclass(frozen=True)
class LayerOfNeurons:
    reads: Float[Tensor, "seed neuron item class"]  # cos(input weights, direction probed where the layer reads)
    writes: Float[Tensor, "seed neuron item class"]  # cos(output weights, direction probed after the layer)
    in_out: Float[Tensor, "seed neuron"]  # cos(input weights, output weights)
    random: Float[Tensor, "seed neuron item class"]  # cos(random vector, direction probed where the layer reads)


def main_state(snapshot: Snapshot) -> HiddenState:
    """The first that the task names."""
    return next(iter(hidden_states_of(snapshot.task, snapshot.splits["test"]).values()))


def n_layers(snapshot: Snapshot) -> int:
    assert isinstance(snapshot.model, Transformer), "the recipe's check lets only transformers in"
    return snapshot.model.spec.n_layers


def layer_of_neurons(snapshot: Snapshot, state: HiddenState, layer: int) -> LayerOfNeurons:
    read, written = _input_weights(snapshot, layer), snapshot.weights[f"blocks.{layer}.mlp.W_out"].double()
    before = directions(snapshot, f"blocks.{layer}.hook_resid_mid", state)
    after = directions(snapshot, f"blocks.{layer}.hook_resid_post", state)
    drawn = torch.randn(read.shape[1:], generator=generator(0, "random directions"), dtype=torch.float64)
    return LayerOfNeurons(
        reads=_cosines(read, before),
        writes=_cosines(written, after),
        in_out=torch.nn.functional.cosine_similarity(read, written, dim=-1),
        random=_cosines(drawn.to(read.device).expand(read.shape), before),
    )


def directions(snapshot: Snapshot, hook: str, state: HiddenState) -> Float[Tensor, "seed d item class"]:
    """What a linear probe reads off an activation for each class of each item; what the classes share is taken off."""
    features, _ = halves(snapshot, at_answers(snapshot, hook))
    classes, _ = halves(snapshot, state.values)
    found = fit_linear(features, classes, len(state.classes)).directions.double()
    return found - found.mean(-1, keepdim=True)


def _input_weights(snapshot: Snapshot, layer: int) -> Vectors:
    """W_in, with the weight of the norm before it; without what a LayerNorm takes off."""
    assert isinstance(snapshot.model, Transformer)
    weights, spec = snapshot.weights, snapshot.model.spec
    read = weights[f"blocks.{layer}.mlp.W_in"].double()  # (seed, d, neuron)
    norm = f"blocks.{layer}.ln2.w"
    if norm in weights:
        read = read * weights[norm].double()[..., None]
    if spec.normalization in ("LN", "LNPre"):
        read = read - read.mean(1, keepdim=True)
    return read.mT


def _cosines(vectors: Vectors, along: Float[Tensor, "seed d item class"]) -> Float[Tensor, "seed neuron item class"]:
    """0 for a direction of length 0, as that of a class that never occurs can be."""
    flat = torch.nn.functional.normalize(along.flatten(2), dim=1)
    cosines = torch.nn.functional.normalize(vectors, dim=-1) @ flat
    return cosines.reshape(*cosines.shape[:2], *along.shape[2:])


def areas(snapshot: Snapshot, state: HiddenState, layer: int) -> tuple[Tensor, Tensor]:
    """`auroc` of every neuron of a layer for every class of every item, on some answers to choose neurons by and on
    others to score them on: (seed, neuron, item class) each."""
    activations = halves(snapshot, at_answers(snapshot, neurons_of(layer)))
    classes = halves(snapshot, state.values)
    values = torch.arange(len(state.classes), device=state.values.device)
    choosing, scoring = (
        auroc(a[:, :MAX_ROWS], (c[:, :MAX_ROWS, :, None] == values).flatten(2), (c[:, :MAX_ROWS] != IGNORED).any(-1))
        for a, c in zip(activations, classes, strict=True)
    )
    return choosing, scoring


def neurons_of(layer: int) -> str:
    return f"blocks.{layer}.mlp.hook_post"


def auroc(
    values: Float[Tensor, "seed row neuron"],
    holds: Bool[Tensor, "seed row predicate"],
    asked: Bool[Tensor, "seed row"],
) -> Float[Tensor, "seed neuron predicate"]:
    """P(value where the predicate holds > value where it does not) + P(equal) / 2, in [0, 1], from ranks (Mann and
    Whitney 1947); over the rows that are asked for. Not a number where the predicate always holds, or never."""
    columns = values.double().where(asked[..., None], torch.inf).mT.contiguous()  # ranked behind all that count
    ordered = columns.sort(-1).values
    below = torch.searchsorted(ordered, columns)
    ranks = (below + torch.searchsorted(ordered, columns, right=True) + 1) / 2  # ties share their mean rank
    positive = (holds & asked[..., None]).double()
    n_positive = positive.sum(1)[:, None]  # (seed, 1, predicate)
    n_negative = asked.sum(1)[:, None, None] - n_positive
    return (ranks.double() @ positive - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)
