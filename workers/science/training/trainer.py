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
from workers.science.interventions import loss_terms, masked
from workers.science.interventions.intervention import Stage
from workers.science.model import Weights
from workers.science.setup import Setup, set_up
from workers.science.starting import StartingPoint, first_weights, given_weights
from workers.science.training.batches import Batches
from workers.science.training.clipping import clipped
from workers.science.training.divergence import DivergenceWatch
from workers.science.training.objective import Objective
from workers.science.training.optimizer import Optimizer


class Trainer:
    def __init__(
        self, recipe: Recipe, seeds: Sequence[int], device: torch.device, start_from: StartingPoint | None = None
    ) -> None:
        self.setup = set_up(recipe, seeds, device)
        self.seeds = self.setup.seeds
        self.spec = recipe.training
        self.step = 0  # updates made so far
        self.notices: list[str] = []  # what the last update gave cause to say
        stage, self.masks = masked(recipe.interventions, _stage(self.setup, start_from))
        self.weights: Weights = {name: weight.clone() for name, weight in stage.weights.items()}
        self.objective = Objective(self.setup, loss_terms(recipe.interventions, stage))
        self.batches = Batches(recipe.task, recipe.training, self.setup.parts, self.seeds, device)
        self.optimizer = Optimizer(recipe.training, self.weights, frozen=self.setup.frozen)
        self.watch = DivergenceWatch(self.seeds, device)

    def update(self) -> Float[Tensor, "seed"]:
        """One step of training for every seed; the losses before it. Raises NotFinite when one is no number."""
        losses = self.objective.losses(self.weights, self.batches.at(self.step), self.step)
        if not losses.isfinite().all():
            self._name_the_culprit(losses.detach())
        self.notices = self.watch.see(self.step, losses, self.optimizer.trained)
        # each seed's loss depends on its own weights alone, so the gradient of the sum is that of each
        gradients = list(torch.autograd.grad(losses.sum(), list(self.optimizer.trained.values())))
        if self.masks.kept:
            gradients = [self._masked(name, g) for name, g in zip(self.optimizer.trained, gradients, strict=True)]
        if self.spec.max_gradient_norm is not None:
            gradients = clipped(gradients, self.spec.max_gradient_norm)
        self.optimizer.step(self.step, gradients)
        self.step += 1
        return losses.detach()

    def _masked(self, name: str, gradient: Tensor) -> Tensor:
        """Without what would move an entry that is zero for ever: then no optimiser moves it, and no norm counts it."""
        return gradient * self.masks.kept[name] if name in self.masks.kept else gradient

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self.setup.model,
            {name: weight.detach() for name, weight in self.weights.items()},
            self.setup.splits,
            self.setup.answer_positions,
            self.setup.loss,
            tuple(self.optimizer.trained),
            rows=self.setup.rows,
        )

    def copy_of_weights(self) -> Weights:
        """The weights now, on the CPU, safe from later updates. Raises NotFinite rather than keep a broken one."""
        for weight in self.weights.values():
            if not weight.isfinite().all():
                self._name_the_culprit(weight.detach().flatten(1).sum(1))
        return {name: weight.detach().to("cpu", copy=True) for name, weight in self.weights.items()}

    def resume_point(self, scored: tuple[ScoredExpectation, ...]) -> ResumePoint:
        weights = {name: weight.detach() for name, weight in self.weights.items()}
        return ResumePoint(self.step, self.seeds, weights, self.optimizer.state(), self.watch.state(), scored)

    def restore(self, point: ResumePoint) -> None:
        """Go on from a resume point of the same recipe and seeds."""
        if point.seeds != self.seeds:
            raise ValueError(f"the resume point is of seeds {point.seeds}, not {self.seeds}")
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(point.weights[name])
        self.optimizer.restore(point.optimizer)
        self.watch.restore(point.watch)
        self.step = point.step

    def _name_the_culprit(self, per_seed: Tensor) -> None:
        """Raise NotFinite for the first broken seed, naming its first broken weight, or the loss if all are sound."""
        place = int((~per_seed.isfinite()).nonzero()[0])
        broken = [name for name, weight in self.weights.items() if not weight[place].isfinite().all()]
        raise NotFinite(step=self.step, seed=self.seeds[place], tensor=broken[0] if broken else "the loss")


def _stage(setup: Setup, start_from: StartingPoint | None) -> Stage:
    """Everything that is there before interventions touch the first weights."""
    recipe = setup.recipe
    given = given_weights(recipe.start, setup.seeds, start_from)
    first = first_weights(recipe.start, setup.model, setup.seeds, given)
    return Stage(
        setup.seeds,
        recipe.task,
        setup.model,
        setup.splits,
        setup.answer_positions,
        setup.loss,
        weights={name: weight.to(setup.device) for name, weight in first.items()},
        given=given and {name: weight.to(setup.device) for name, weight in given.items()},
    )
