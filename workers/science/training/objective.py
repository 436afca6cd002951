"""What training lowers: the loss of the task, part by part, and what interventions add to it."""

from collections.abc import Sequence

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
        self._answers = list(training.loss_at)
        self._positions = tuple(setup.answer_positions[answer] for answer in training.loss_at) or setup.answer_positions

    def losses(self, weights: Weights, batch: Batch, step: int) -> Float[Tensor, "seed"]:
        """Of each seed: sum over parts of share * mean loss of the part's examples, plus the terms of interventions."""
        model = self.setup.model.in_training(self.setup.seeds, step)
        outputs = model.answer_outputs(weights, batch.examples.inputs, self._positions)
        labels = batch.examples.labels
        if self._answers:
            labels = labels[:, :, self._answers]
        counts = [count for count, _ in batch.pieces]
        parts = zip(batch.pieces, torch.split(outputs, counts, dim=1), torch.split(labels, counts, dim=1), strict=True)
        terms = [share * self.setup.loss(one, right) for (_, share), one, right in parts]
        terms += [term(weights) for term in self.terms]
        return torch.stack(terms).sum(0) if len(terms) > 1 else terms[0]
