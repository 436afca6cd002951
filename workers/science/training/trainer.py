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
from workers.science.interventions import loss_terms, masked, projected, rounds_of
from workers.science.interventions.intervention import Stage
from workers.science.model import Weights
from workers.science.setup import Setup, set_up
from workers.science.starting import StartingPoint, first_weights, given_weights
from workers.science.training.batches import Batches
from workers.science.training.captured import CapturedStep
from workers.science.training.divergence import DivergenceWatch, culprit
from workers.science.training.objective import Objective
from workers.science.training.optimizer import Optimizer
from workers.science.training.pruning import Pruning
from workers.science.training.step import Step, StepFunction

CHECK_EVERY = {"cpu": 1, "cuda": 50}  # updates between two looks at what the watch has seen; each makes a GPU wait


class Trainer:
    def __init__(
        self, recipe: Recipe, seeds: Sequence[int], device: torch.device, start_from: StartingPoint | None = None
    ) -> None:
        self.setup = set_up(recipe, seeds, device)
        self.seeds = self.setup.seeds
        self.step = 0  # updates made so far
        stage, masks = masked(recipe.interventions, _stage(self.setup, start_from))
        stage, projections = projected(recipe.interventions, stage)
        self.weights: Weights = {name: weight.clone() for name, weight in stage.weights.items()}
        self.objective = Objective(self.setup, loss_terms(recipe.interventions, stage))
        self.batches = Batches(recipe.task, recipe.training, self.setup.parts, self.seeds, device, recipe.curriculum)
        self.optimizer = Optimizer(recipe.training, self.weights, frozen=self.setup.frozen)
        self.watch = DivergenceWatch(self.seeds, device)
        self.pruning = Pruning(rounds_of(recipe.interventions, stage), masks, self.weights, self.optimizer)
        self._check_every = CHECK_EVERY[device.type]
        step = Step(
            self.weights,
            self.objective,
            self.optimizer,
            self.watch,
            self.pruning.masks,
            projections,
            recipe.training.max_gradient_norm,
            checks_at_once=self._check_every == 1,
        )
        self._step: StepFunction = CapturedStep(step, device) if self._can_be_captured else step

    @property
    def _can_be_captured(self) -> bool:
        """Steps on a GPU are the same work each time, but where a model draws something at each."""
        draws_nothing = self.setup.model.in_training(self.seeds, 0) is self.setup.model
        return self.setup.device.type == "cuda" and draws_nothing

    def update(self) -> Float[Tensor, "seed"]:
        """One step of training for every seed; the losses before it, to be read before the next.

        Raises NotFinite when a loss is no number; on a GPU at most CHECK_EVERY updates later, and before anybody looks.
        """
        self.optimizer.set_learning_rate(self.pruning.before(self.step))
        losses = self._step(self.batches.at(self.step), self.step)
        self.step += 1
        if self._check_every > 1 and self.step % self._check_every == 0:
            self.check()
        return losses

    def check(self) -> None:
        """Have the watch note what it has seen. Raises NotFinite; the weights then are those of the step it names."""
        self.watch.check(self.weights, self.optimizer.trained)

    def snapshot(self) -> Snapshot:
        self.check()
        return self.setup.snapshot({name: weight.detach() for name, weight in self.weights.items()})

    def copy_of_weights(self) -> Weights:
        """The weights now, on the CPU, safe from later updates. Raises NotFinite rather than keep a broken one."""
        self.check()
        sound = torch.stack([weight.detach().flatten(1).isfinite().all(1) for weight in self.weights.values()])
        for place, is_sound in enumerate(sound.all(0).tolist()):
            if not is_sound:
                raise NotFinite(step=self.step, seed=self.seeds[place], tensor=culprit(self.weights, place))
        return {name: weight.detach().to("cpu", copy=True) for name, weight in self.weights.items()}

    def resume_point(self, scored: tuple[ScoredExpectation, ...]) -> ResumePoint:
        self.check()
        weights = {name: weight.detach() for name, weight in self.weights.items()}
        return ResumePoint(
            self.step, self.seeds, weights, self.optimizer.state(), self.watch.state(), self.pruning.state(), scored
        )

    def restore(self, point: ResumePoint) -> None:
        """Go on from a resume point of the same recipe and seeds."""
        if point.seeds != self.seeds:
            raise ValueError(f"the resume point is of seeds {point.seeds}, not {self.seeds}")
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(point.weights[name])
        self.optimizer.restore(point.optimizer)
        self.watch.restore(point.watch)
        self.pruning.restore(point.masks)
        self.step = point.step


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
