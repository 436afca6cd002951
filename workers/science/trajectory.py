"""The checkpoints of a run as one object: evaluated many at once, in pieces that fit in memory."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.memory import MAX_ACTIVATIONS
from workers.science.evaluation import Snapshot, answer_outputs
from workers.science.model import Inputs, Weights
from workers.science.setup import Setup

MAX_WEIGHTS = 2**28  # numbers of loaded weights held at once: 1 GiB of float32
MAX_FEATURES = 2**25  # numbers of one piece of features: 256 MiB of float64


@runtime_checkable
class Archive(Protocol):
    """Where the driver has put the checkpoints."""

    def load(self, step: int) -> Weights:
        """The weights after `step` updates, with a leading axis for the seeds of this stack."""


class Trajectory:
    def __init__(self, setup: Setup, archive: Archive, steps: Sequence[int]) -> None:
        self.setup, self.steps = setup, list(steps)
        self._archive = archive
        self._load = lru_cache(maxsize=1)(self._load_block)  # one block is all there is, unless the model is large

    def weight(self, name: str) -> Float[Tensor, "checkpoint seed *dims"]:
        """One weight at every checkpoint."""
        return torch.cat([self._load(block)[name] for block in self._blocks])

    def weight_features(self) -> Iterator[Float[Tensor, "seed checkpoint feature"]]:
        """All weights flattened, a piece at a time."""
        for name in self.setup.model.shapes:
            weight = self.weight(name).flatten(2).transpose(0, 1)  # (seed, checkpoint, feature)
            yield from torch.split(weight, self._features_per_piece, dim=-1)

    def logit_features(self) -> Iterator[Float[Tensor, "seed checkpoint feature"]]:
        """Logits at the answers of every test and train example, flattened, a piece at a time."""
        inputs = torch.cat([examples.inputs for examples in self.setup.splits.values()], dim=1)
        features_per_example = len(self.setup.answer_positions) * self.setup.model.d_out
        for chunk in torch.split(inputs, max(1, self._features_per_piece // features_per_example), dim=1):
            yield torch.cat([self._logits(block, chunk) for block in self._blocks], dim=1)

    def snapshot(self, step: int) -> Snapshot:
        """The network at one checkpoint, as measures see it."""
        weights = self._archive.load(step)
        return self.setup.snapshot({name: weights[name].to(self.setup.device) for name in self.setup.model.shapes})

    @cached_property
    def last(self) -> Snapshot:
        """The network at the last checkpoint, which is that of the last step."""
        return self.snapshot(self.steps[-1])

    def _logits(self, block: tuple[int, ...], inputs: Inputs) -> Float[Tensor, "seed checkpoint feature"]:
        """The checkpoints of a block on the same examples, so many as one stack of models as need no cut of the
        examples: what is computed once for all examples then is computed once."""
        model, positions = self.setup.model, self.setup.answer_positions
        per_checkpoint = inputs.shape[:2].numel() * model.numbers_per_example(len(positions))
        together = max(1, MAX_ACTIVATIONS // per_checkpoint)
        found = []
        for first in range(0, len(block), together):
            loaded = {name: weight[first : first + together] for name, weight in self._load(block).items()}
            n_stacked = len(next(iter(loaded.values())))
            weights = {name: weight.flatten(0, 1) for name, weight in loaded.items()}
            repeated = torch.cat([inputs] * n_stacked)  # (checkpoint seed, example, pos)
            logits = answer_outputs(model, weights, repeated, positions)
            found.append(logits.reshape(n_stacked, len(inputs), -1).transpose(0, 1))
        return torch.cat(found, dim=1)

    def _load_block(self, block: tuple[int, ...]) -> dict[str, Float[Tensor, "checkpoint seed *dims"]]:
        checkpoints = [self._archive.load(step) for step in block]
        return {
            name: torch.stack([checkpoint[name] for checkpoint in checkpoints]).to(self.setup.device)
            for name in self.setup.model.shapes
        }

    @cached_property
    def _blocks(self) -> list[tuple[int, ...]]:
        sizes = (torch.Size(shape).numel() for shape in self.setup.model.shapes.values())
        per_checkpoint = sum(sizes) * len(self.setup.seeds)
        length = max(1, MAX_WEIGHTS // per_checkpoint)
        return [tuple(self.steps[i : i + length]) for i in range(0, len(self.steps), length)]

    @property
    def _features_per_piece(self) -> int:
        return max(1, MAX_FEATURES // (len(self.steps) * len(self.setup.seeds)))
