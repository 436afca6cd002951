from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.measures import LinearProbe, MlpProbe
from workers.science.evaluation import Snapshot, recorded
from workers.science.hidden_states import hidden_states_of
from workers.science.probes import Classifier, accuracy, fit_hidden_layer, fit_linear, majority_accuracy
from workers.science.randomness import generator
from workers.science.registry import implements
from workers.science.transformer import Transformer

MAX_ROWS = 2**14  # answers of one seed that probes are fitted to and scored on

Fit = Callable[[Tensor, Tensor, int], Classifier]


@dataclass(frozen=True)
class Found:
    """How well one probe, or one control, tells each item of a hidden state."""

    state: str
    at: str  # "embedding", "L0", ...; "majority" or "shuffled"
    accuracies: Float[Tensor, "seed item"]

    @property
    def is_control(self) -> bool:
        return self.at in ("majority", "shuffled")

    @property
    def mean(self) -> Float[Tensor, "seed"]:
        """Over the items that have a class to tell."""
        return self.accuracies.nanmean(-1)


@implements(LinearProbe)
def linear_probe(spec: LinearProbe, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over items of the held-out accuracy of logistic regression, in [0, 1], and of its controls."""
    return _components(probe_residual_stream(snapshot, fit_linear))


@implements(MlpProbe)
def mlp_probe(spec: MlpProbe, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """The same of a classifier with one hidden layer."""

    def fit(features: Tensor, classes: Tensor, n_classes: int) -> Classifier:
        return fit_hidden_layer(features, classes, n_classes, spec.n_hidden, n_steps=spec.n_steps)

    return _components(probe_residual_stream(snapshot, fit))


def _components(found: Iterator[Found]) -> dict[str, Float[Tensor, "seed"]]:
    values: dict[str, Tensor] = {}
    for probe in found:
        values[f"{probe.state} {probe.at}"] = probe.mean
        if not probe.is_control:
            values[probe.state] = torch.maximum(values.get(probe.state, probe.mean), probe.mean)
    return values


def residual_stream(n_layers: int) -> dict[str, str]:
    """Hook names of what enters the first layer and of what leaves each, by the names of components."""
    return {"embedding": "blocks.0.hook_resid_pre" if n_layers else "ln_final.hook_in"} | {
        f"L{layer}": f"blocks.{layer}.hook_resid_post" for layer in range(n_layers)
    }


def probe_residual_stream(snapshot: Snapshot, fit: Fit) -> Iterator[Found]:
    """Every hidden state of the task from every place in the residual stream; then what it is to be held against."""
    assert isinstance(snapshot.model, Transformer), "the recipe's check lets only transformers in"
    states = hidden_states_of(snapshot.task, snapshot.splits["test"])
    for at, hook in residual_stream(snapshot.model.spec.n_layers).items():
        fitted, scored = halves(snapshot, at_answers(snapshot, hook))
        for name, state in states.items():
            y, held_out = halves(snapshot, state.values)
            yield Found(name, at, accuracy(fit(fitted, y, len(state.classes)), scored, held_out))
    for name, state in states.items():
        y, held_out = halves(snapshot, state.values)
        yield Found(name, "majority", majority_accuracy(y, held_out))
        other, held_out_other = _of_other_rows(y), _of_other_rows(held_out)
        yield Found(name, "shuffled", accuracy(fit(fitted, other, len(state.classes)), scored, held_out_other))


def at_answers(snapshot: Snapshot, hook: str) -> Float[Tensor, "seed example answer d"]:
    """An activation at the answers of the test examples, as many as are probed."""
    inputs = snapshot.splits["test"].inputs[:, : _n_probed(snapshot)]
    return recorded(snapshot.model, snapshot.weights, inputs, [hook])[hook][:, :, list(snapshot.answer_positions)]


def halves(snapshot: Snapshot, values: Tensor) -> tuple[Tensor, Tensor]:
    """What a probe is fitted to and what it is scored on, as rows; no example is in both."""
    n_probed = _n_probed(snapshot)
    n_fitted = 3 * n_probed // 4
    return values[:, :n_fitted].flatten(1, 2), values[:, n_fitted:n_probed].flatten(1, 2)


def _n_probed(snapshot: Snapshot) -> int:
    return min(snapshot.task.n_test, max(4, MAX_ROWS // len(snapshot.answer_positions)))


def _of_other_rows(classes: Int[Tensor, "seed row item"]) -> Int[Tensor, "seed row item"]:
    order = torch.randperm(classes.shape[1], generator=generator(0, "labels of other rows"))
    return classes[:, order.to(classes.device)]
