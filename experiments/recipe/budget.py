"""What a recipe costs before it runs: parameters, arithmetic, memory, bytes kept."""

from dataclasses import dataclass

from experiments.recipe.costs import forward_flops, parameter_count, training_flops
from experiments.recipe.memory import (
    FLOAT32_BYTES,
    FLOAT64_BYTES,
    data_bytes,
    look_bytes,
    step_bytes,
    weight_bytes,
)
from experiments.recipe.recipe import Recipe, at_point


@dataclass(frozen=True)
class Budget:
    """Sums over all seeds and grid points, except where the name says otherwise."""

    n_parameters: int  # of one seed, at the largest grid point
    flops: float  # floating-point operations of training and measuring
    memory_bytes: int  # at the peak, of the largest shard
    artifact_bytes: int  # checkpoints kept
    n_shards: int

    def seconds_on(self, flops_per_second: float) -> float | None:
        """Wall-clock estimate on one device of that rate; None when the rate is unknown."""
        return self.flops / flops_per_second if flops_per_second > 0 else None


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
    )


def examples_per_step(recipe: Recipe) -> int:
    batch = recipe.training.batch
    if batch == "full":
        assert recipe.task.n_train is not None  # the recipe refuses 'full' without a training set
        return recipe.task.n_train
    return batch


def examples_per_look(recipe: Recipe) -> int:
    """Examples that are evaluated each time the measures are taken."""
    splits = {getattr(measure, "split", "") for measure in recipe.measures}
    n_train = recipe.task.n_train or 0
    return ("test" in splits) * recipe.task.n_test + ("train" in splits) * n_train


def _flops_of_one_seed(point: Recipe) -> float:
    training = training_flops(point.task, point.model, examples_per_step(point)) * point.training.steps
    looks = len(point.measure_at.steps(point.training.steps))
    return float(training + looks * forward_flops(point.task, point.model, examples_per_look(point)))


def _shard_memory(point: Recipe) -> int:
    """The larger of a training step and of looking at the data sets, which are there all the time."""
    loss_bytes = FLOAT64_BYTES if point.training.loss_dtype == "float64" else FLOAT32_BYTES
    step = step_bytes(point.task, point.model, examples_per_step(point), loss_bytes=loss_bytes)
    n_examples, n_seeds = examples_per_look(point), point.stack_size
    look = look_bytes(point.task, point.model, n_examples, n_seeds=n_seeds, loss_bytes=loss_bytes)
    always = weight_bytes(point.task, point.model) + data_bytes(point.task)
    return point.stack_size * (always + max(step, look))


def _checkpoint_bytes(point: Recipe) -> int:
    n_checkpoints = len(point.checkpoints.steps(point.training.steps))
    return n_checkpoints * parameter_count(point.task, point.model) * FLOAT32_BYTES
