"""What training lowers: the loss of the task, part by part, and what interventions add to it."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from workers.science.interventions.intervention import LossTerm
from workers.science.model import Weights
from workers.science.setup import Setup
from workers.science.training.batches import Batch


class Objective:
    def __init__(self, setup: Setup, terms: Sequence[LossTerm]) -> None:
        training = setup.recipe.training
        self.setup, self.terms = setup, terms
        self._answers = torch.tensor(training.loss_at, dtype=torch.int64, device=setup.device)
        self._positions = tuple(setup.answer_positions[answer] for answer in training.loss_at) or setup.answer_positions

    def losses(self, weights: Weights, batch: Batch, step: int) -> Float[Tensor, "seed"]:
        """Of each seed: sum over parts of share * mean loss of the part's examples, plus the terms of interventions."""
        model = self.setup.model.in_training(self.setup.seeds, step)
        labels = batch.examples.labels
        if len(self._answers):
            labels = labels.index_select(2, self._answers)
        positions = self._positions[: labels.shape[2]]  # fewer, where a curriculum has not come to all of them
        outputs = model.answer_outputs(weights, batch.examples.inputs, positions)
        terms = [*self._of_parts(outputs, labels, batch), *(term(weights) for term in self.terms)]
        return torch.stack(terms).sum(0) if len(terms) > 1 else terms[0]

    def _of_parts(self, outputs: Tensor, labels: Tensor, batch: Batch) -> Iterator[Float[Tensor, "seed"]]:
        counts = [count for count, _ in batch.pieces]
        parts = zip(batch.pieces, torch.split(outputs, counts, dim=1), torch.split(labels, counts, dim=1), strict=True)
        for (_, share), one, right in parts:
            yield share * self.setup.loss(one, right)
