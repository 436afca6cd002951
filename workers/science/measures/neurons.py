import math

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import NeuronAuroc, NeuronDirections, NeuronRules
from workers.science.evaluation import Snapshot
from workers.science.neuron_rules import rules_of
from workers.science.neurons import areas, layer_of_neurons, main_state, n_layers
from workers.science.registry import implements


@implements(NeuronDirections)
def neuron_directions(spec: NeuronDirections, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Means over the neurons of a layer of max |cos| with the directions of probes, in [0, 1]; of cos(W_in, W_out); and
    the share of neurons with cos(W_in, W_out) < -3 / sqrt(d_model)."""
    values: dict[str, Tensor] = {}
    state = main_state(snapshot)
    for layer in range(n_layers(snapshot)):
        found = layer_of_neurons(snapshot, state, layer)
        d_model = snapshot.weights[f"blocks.{layer}.mlp.W_in"].shape[1]
        for name, cosines in (("reads", found.reads), ("writes", found.writes), ("random", found.random)):
            values[f"{name} L{layer}"] = cosines.abs().amax(dim=(2, 3)).mean(1)
        values[f"in-out L{layer}"] = found.in_out.mean(1)
        values[f"erasing L{layer}"] = (found.in_out < -3 / math.sqrt(d_model)).double().mean(1)
    return values


@implements(NeuronAuroc)
def neuron_auroc(spec: NeuronAuroc, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over items of the held-out area under the curve, in [0, 1], of the neuron that is best on other examples;
    one that is low where the class is present counts as one that is high. Nothing without layers."""
    state = main_state(snapshot)
    by_layer = {f"L{layer}": areas(snapshot, state, layer) for layer in range(n_layers(snapshot))}
    if not by_layer:
        return {}
    values = {name: _best(*found).nanmean(-1) for name, found in by_layer.items()}
    all_layers = _best(*(torch.cat(parts, dim=1) for parts in zip(*by_layer.values(), strict=True)))
    by_class = all_layers.reshape(len(all_layers), -1, len(state.classes))  # (seed, item, class)
    values |= {name: by_class[..., place].nanmean(-1) for place, name in enumerate(state.classes)}
    return {"": all_layers.nanmean(-1)} | values


def _best(choosing: Tensor, scoring: Tensor) -> Float[Tensor, "seed predicate"]:
    best = (choosing - 0.5).abs().nan_to_num(-1.0).argmax(1, keepdim=True)
    is_high = choosing.gather(1, best) >= 0.5
    scores = scoring.gather(1, best)
    return scores.where(is_high | scores.isnan(), 1 - scores)[:, 0]


@implements(NeuronRules)
def neuron_rules(spec: NeuronRules, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Means over neurons of precision, recall and F1 of the rules that their input weights spell, in [0, 1]; nothing
    without layers."""
    state = main_state(snapshot)
    by_layer = [
        rules_of(snapshot, state, layer, layer_of_neurons(snapshot, state, layer).reads)
        for layer in range(n_layers(snapshot))
    ]
    kinds = {
        "precision": [rules.precision for rules in by_layer],
        "recall": [rules.recall for rules in by_layer],
        "f1": [rules.f1 for rules in by_layer],
        "shuffled f1": [rules.shuffled_f1 for rules in by_layer],
    }
    values: dict[str, Tensor] = {}
    for name, found in kinds.items() if by_layer else ():
        values[name] = torch.cat(found, dim=1).mean(1)
        values |= {f"{name} L{layer}": of_neurons.mean(1) for layer, of_neurons in enumerate(found)}
    return values
