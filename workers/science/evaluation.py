"""The network at one moment, as measures see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.memory import MAX_ACTIVATIONS
from workers.science.dataset import Examples
from workers.science.model import Inputs, Model, Weights
from workers.science.training.loss import LossFunction


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


@dataclass(frozen=True)
class Snapshot:
    """The weights after some step with the data they are measured on. Outputs on a split are computed once."""

    model: Model
    weights: Weights
    splits: Mapping[str, Examples]  # "train" (where fixed) and "test", stacked over seeds
    answer_positions: tuple[int, ...]
    loss: LossFunction
    trained: Collection[str]  # names of the weights that training updates
    _outputs: dict[str, Tensor] = field(default_factory=dict)

    def outputs(self, split: str) -> Float[Tensor, "seed example answer d_out"]:
        """What the network says at the answers: logits, or numbers."""
        if split not in self._outputs:
            inputs = self.splits[split].inputs
            self._outputs[split] = answer_outputs(self.model, self.weights, inputs, self.answer_positions)
        return self._outputs[split]

    def labels(self, split: str) -> Tensor:
        """What is right there: tokens (seed, example, answer), or numbers (seed, example, answer, d_out)."""
        return self.splits[split].labels
