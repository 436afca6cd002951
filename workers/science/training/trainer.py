"""The state of training and the one way it moves: an update of every seed's weights."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.protocol import ScoredExpectation
from experiments.recipe.recipe import Recipe
from workers.science.evaluation import Snapshot
from workers.science.events import ResumePoint
from workers.science.failures import NotFinite
from workers.science.model import Weights
from workers.science.setup import set_up
from workers.science.training.batches import Batches
from workers.science.training.optimizer import Optimizer


class Trainer:
    def __init__(self, recipe: Recipe, seeds: Sequence[int], device: torch.device) -> None:
        self.setup = set_up(recipe, seeds, device)
        self.seeds = self.setup.seeds
        self.step = 0  # updates made so far
        initial = self.setup.model.initial_weights(seeds)
        self.weights: Weights = {name: weight.to(device) for name, weight in initial.items()}
        self.batches = Batches(self.setup.datasets, self.seeds, recipe.training.batch, device)
        self.optimizer = Optimizer(recipe.training, self.weights, frozen=self.setup.frozen)

    def update(self) -> Float[Tensor, "seed"]:
        """One step of training for every seed; the losses before it. Raises NotFinite when one is no number."""
        batch = self.batches.at(self.step)
        model = self.setup.model.in_training(self.seeds, self.step)
        outputs = model.answer_outputs(self.weights, batch.inputs, self.setup.answer_positions)
        losses = self.setup.loss(outputs, batch.labels)
        if not losses.isfinite().all():
            self._name_the_culprit(losses.detach())
        # each seed's loss depends on its own weights alone, so the gradient of the sum is that of each
        gradients = torch.autograd.grad(losses.sum(), list(self.optimizer.trained.values()))
        self.optimizer.step(self.step, list(gradients))
        self.step += 1
        return losses.detach()

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self.setup.model,
            {name: weight.detach() for name, weight in self.weights.items()},
            self.setup.splits,
            self.setup.answer_positions,
            self.setup.loss,
            tuple(self.optimizer.trained),
        )

    def copy_of_weights(self) -> Weights:
        """The weights now, on the CPU, safe from later updates. Raises NotFinite rather than keep a broken one."""
        for weight in self.weights.values():
            if not weight.isfinite().all():
                self._name_the_culprit(weight.detach().flatten(1).sum(1))
        return {name: weight.detach().to("cpu", copy=True) for name, weight in self.weights.items()}

    def resume_point(self, scored: tuple[ScoredExpectation, ...]) -> ResumePoint:
        weights = {name: weight.detach() for name, weight in self.weights.items()}
        return ResumePoint(self.step, self.seeds, weights, self.optimizer.state(), scored)

    def restore(self, point: ResumePoint) -> None:
        """Go on from a resume point of the same recipe and seeds."""
        if point.seeds != self.seeds:
            raise ValueError(f"the resume point is of seeds {point.seeds}, not {self.seeds}")
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(point.weights[name])
        self.optimizer.restore(point.optimizer)
        self.step = point.step

    def _name_the_culprit(self, per_seed: Tensor) -> None:
        """Raise NotFinite for the first broken seed, naming its first broken weight, or the loss if all are sound."""
        place = int((~per_seed.isfinite()).nonzero()[0])
        broken = [name for name, weight in self.weights.items() if not weight[place].isfinite().all()]
        raise NotFinite(step=self.step, seed=self.seeds[place], tensor=broken[0] if broken else "the loss")
