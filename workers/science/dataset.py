"""What a network is shown: examples, and the stack of one data set per seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Examples:
    """Token sequences, or sequences of vectors, and what is right at each answer position: a token, or some numbers.

    A leading seed axis once stacked.
    """

    inputs: Int[Tensor, "*seed example pos"] | Float[Tensor, "*seed example pos d_in"]
    labels: Int[Tensor, "*seed example answer"] | Float[Tensor, "*seed example answer d_out"]

    def __len__(self) -> int:
        """Examples of one seed; of a stack, ask the shape."""
        return len(self.labels)

    def take(self, rows: Int[Tensor, "row"]) -> "Examples":
        return Examples(self.inputs[rows], self.labels[rows])

    def to(self, device: torch.device) -> "Examples":
        """On the device; the host does not wait until a GPU has them."""
        if device.type == "cpu":
            return self
        inputs, labels = (tensor.pin_memory().to(device, non_blocking=True) for tensor in (self.inputs, self.labels))
        return Examples(inputs, labels)


Draw = Callable[[torch.Generator, int], Examples]


@dataclass(frozen=True)
class Dataset:
    """One seed's data. `train` is a fixed set, or a function that draws as many fresh examples as asked."""

    answer_positions: tuple[int, ...]  # where the loss reads the outputs, the same in every example
    train: Examples | Draw
    test: Examples

    def with_train_labels(self, labels: Int[Tensor, "example answer"]) -> "Dataset":
        assert isinstance(self.train, Examples), "only a fixed training set has labels to change"
        return replace(self, train=Examples(self.train.inputs, labels))


def stacked(examples: Sequence[Examples]) -> Examples:
    """The examples of several seeds with a leading seed axis."""
    return Examples(torch.stack([e.inputs for e in examples]), torch.stack([e.labels for e in examples]))


def joined(examples: Sequence[Examples]) -> Examples:
    """Several stacks of examples as one, one after the other in every seed."""
    if len(examples) == 1:
        return examples[0]
    return Examples(torch.cat([e.inputs for e in examples], dim=1), torch.cat([e.labels for e in examples], dim=1))
