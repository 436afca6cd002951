"""What a recipe costs before it runs: parameters, arithmetic, memory, bytes kept."""

from dataclasses import dataclass

from experiments.recipe.combined import TaskSpec
from experiments.recipe.costs import forward_flops, parameter_count, training_flops
from experiments.recipe.curriculum import stages
from experiments.recipe.interventions import FourierLoss
from experiments.recipe.memory import (
    FLOAT32_BYTES,
    FLOAT64_BYTES,
    data_bytes,
    look_bytes,
    step_bytes,
    weight_bytes,
)
from experiments.recipe.recipe import Recipe, at_point
from experiments.recipe.shares import counts_at, n_fixed

SECONDS_PER_UPDATE = 1.5e-3  # what any update takes beside its matrix products, however small: hundreds of small calls


@dataclass(frozen=True)
class Budget:
    """Sums over all seeds and grid points, except where the name says otherwise."""

    n_parameters: int  # of one seed, at the largest grid point
    flops: float  # floating-point operations of training and measuring
    memory_bytes: int  # at the peak, of the largest shard
    artifact_bytes: int  # checkpoints kept
    n_shards: int
    n_updates: int  # of all shards; the seeds of one share theirs

    def seconds_on(self, flops_per_second: float) -> float | None:
        """Wall-clock estimate on one device that trains at that rate; None when the rate is unknown."""
        if flops_per_second <= 0:
            return None
        return self.flops / flops_per_second + self.n_updates * SECONDS_PER_UPDATE


def budget_of(recipe: Recipe) -> Budget:
    """The cost of the whole run. The recipe must be valid at every grid point."""
    points = [at_point(recipe, overrides) for overrides in recipe.points()]
    n_seeds = len(recipe.seeds)
    return Budget(
        n_parameters=max(parameter_count(point.task, point.model) for point in points),
        flops=sum(_flops_of_one_seed(point) for point in points) * n_seeds,
        memory_bytes=max(_shard_memory(point) for point in points),
        artifact_bytes=sum(_checkpoint_bytes(point) for point in points) * n_seeds,
        n_shards=len(points) * len(recipe.stacks()),
        n_updates=sum(point.training.steps for point in points) * len(recipe.stacks()),
    )


@dataclass(frozen=True)
class Phase:
    """A stretch of training whose steps cost the same."""

    n_steps: int
    task: TaskSpec  # as it is then, where a curriculum changes it
    passes: list[int]  # examples in each forward pass of a step


def phases_of(point: Recipe) -> list[Phase]:
    added = [spec.examples_added(point.task.d_out) for spec in point.interventions if isinstance(spec, FourierLoss)]
    return [
        Phase(
            stage.n_steps, stage.task, [sum(counts_at(stage.task, point.training.batch, stage.first).values()), *added]
        )
        for stage in stages(point.task, point.curriculum, point.training.steps)
    ]


def examples_per_look(recipe: Recipe) -> int:
    """Examples that are evaluated each time the measures are taken."""
    splits = {getattr(measure, "split", "") for measure in recipe.measures}
    return ("test" in splits) * recipe.task.n_test + ("train" in splits) * n_fixed(recipe.task)


def step_flops(point: Recipe) -> int:
    """Floating-point operations of the first update of one seed."""
    return _update_flops(point, phases_of(point)[0])


def _update_flops(point: Recipe, phase: Phase) -> int:
    return sum(training_flops(phase.task, point.model, n_examples) for n_examples in phase.passes)


def _flops_of_one_seed(point: Recipe) -> float:
    training = sum(phase.n_steps * _update_flops(point, phase) for phase in phases_of(point))
    looks = len(point.measure_at.steps(point.training.steps))
    return float(training + looks * forward_flops(point.task, point.model, examples_per_look(point)))


def _shard_memory(point: Recipe) -> int:
    """The larger of a training step and of looking at the data sets, which are there all the time."""
    loss_bytes = FLOAT64_BYTES if point.training.loss_dtype == "float64" else FLOAT32_BYTES
    step = max(
        sum(step_bytes(phase.task, point.model, n_examples, loss_bytes=loss_bytes) for n_examples in phase.passes)
        for phase in phases_of(point)
    )
    n_examples, n_seeds = examples_per_look(point), point.stack_size
    look = look_bytes(point.task, point.model, n_examples, n_seeds=n_seeds, loss_bytes=loss_bytes)
    always = weight_bytes(point.task, point.model) + data_bytes(point.task)
    return point.stack_size * (always + max(step, look))


def _checkpoint_bytes(point: Recipe) -> int:
    n_checkpoints = len(point.checkpoints.steps(point.training.steps))
    return n_checkpoints * parameter_count(point.task, point.model) * FLOAT32_BYTES
