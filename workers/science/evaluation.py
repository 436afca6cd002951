"""The network at one moment, as measures see it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from experiments.recipe.memory import MAX_ACTIVATIONS
from workers.science.dataset import Examples
from workers.science.model import Edit, Inputs, Model, Weights
from workers.science.training.loss import LossFunction

Kept = Callable[[Tensor], Tensor]  # from (seed, example, ...) to (seed, example, ...), or fewer of either


@torch.no_grad()
def answer_outputs(
    model: Model, weights: Weights, inputs: Inputs, answer_positions: tuple[int, ...]
) -> Float[Tensor, "seed example answer d_out"]:
    """As `Model.answer_outputs`, without gradients and in chunks of examples whose activations fit in memory."""
    n_examples = max(1, MAX_ACTIVATIONS // (len(inputs) * model.numbers_per_example(len(answer_positions))))
    chunks = [
        model.answer_outputs(weights, chunk, answer_positions) for chunk in torch.split(inputs, n_examples, dim=1)
    ]
    return chunks[0] if len(chunks) == 1 else torch.cat(chunks, dim=1)


@torch.no_grad()
def recorded(
    model: Model,
    weights: Weights,
    inputs: Inputs,
    names: Collection[str],
    *,
    kept: Kept = lambda whole: whole,
) -> dict[str, Float[Tensor, "seed ..."]]:
    """The named activations on the inputs, by hook name, without gradients; or what `kept` takes of those of each chunk
    of examples. The inputs are taken in chunks that fit in memory, so must all that is kept."""
    n_examples = max(1, MAX_ACTIVATIONS // (len(inputs) * model.numbers_per_example(inputs.shape[2])))
    chunks = [
        {name: kept(activation) for name, activation in model.run(weights, chunk, record=names)[1].items()}
        for chunk in torch.split(inputs, n_examples, dim=1)
    ]
    return {name: torch.cat([chunk[name] for chunk in chunks], dim=1) for name in names}


EditsOf = Callable[[slice], Mapping[str, Edit]]  # for some of the examples, what is done to activations by hook name


@torch.no_grad()
def edited_outputs(
    model: Model, weights: Weights, inputs: Inputs, answer_positions: tuple[int, ...], edits_of: EditsOf
) -> Float[Tensor, "seed example answer d_out"]:
    """What the network says at the answers while activations are edited, without gradients and in chunks of examples.

    `edits_of` is asked for the edits of each chunk: what stands in for an activation may differ between examples.
    """
    n_examples = max(1, MAX_ACTIVATIONS // (len(inputs) * model.numbers_per_example(inputs.shape[2])))
    found = []
    for first in range(0, inputs.shape[1], n_examples):
        rows = slice(first, first + n_examples)
        outputs, _ = model.run(weights, inputs[:, rows], edit=edits_of(rows))
        has_positions = outputs.shape[2] == inputs.shape[2]
        found.append(outputs[:, :, list(answer_positions)] if has_positions else outputs)
    return torch.cat(found, dim=1)


Slices = Mapping[str, Bool[Tensor, "seed example answer"]]


def no_slices(split: str) -> Slices:
    return {}


@dataclass(frozen=True)
class Snapshot:
    """The weights after some step with the data they are measured on. Outputs on a split are computed once."""

    model: Model
    weights: Weights
    splits: Mapping[str, Examples]  # "train" (where fixed) and "test", stacked over seeds
    answer_positions: tuple[int, ...]
    loss: LossFunction
    trained: Collection[str]  # names of the weights that training updates
    task: TaskSpec = field(kw_only=True)
    _outputs: dict[str, Tensor] = field(default_factory=dict)
    rows: Mapping[tuple[str, str], slice] = field(default_factory=dict)  # where in a split each part's examples are
    slices: Callable[[str], Slices] = no_slices  # which answers of a split are of which kind

    def outputs(self, split: str, part: str = "") -> Float[Tensor, "seed example answer d_out"]:
        """What the network says at the answers of one part of the task, or of all of it: logits, or numbers."""
        if split not in self._outputs:
            inputs = self.splits[split].inputs
            self._outputs[split] = answer_outputs(self.model, self.weights, inputs, self.answer_positions)
        return self._of_part(self._outputs[split], split, part)

    def labels(self, split: str, part: str = "") -> Tensor:
        """What is right there: tokens (seed, example, answer), or numbers (seed, example, answer, d_out)."""
        return self._of_part(self.splits[split].labels, split, part)

    def _of_part(self, values: Tensor, split: str, part: str) -> Tensor:
        return values[:, self.rows[split, part]] if part else values
