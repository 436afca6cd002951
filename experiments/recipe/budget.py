"""What a recipe costs before it runs: parameters, arithmetic, memory, bytes kept.

Arithmetic counts two operations per multiply-add of the matrix products of a plain forward pass, and twice that again
for the backward pass (Kaplan et al. 2020, arXiv 2001.08361, section 2.1).
"""

from dataclasses import dataclass

from experiments.recipe.combined import TaskSpec
from experiments.recipe.interventions import FourierLoss
from experiments.recipe.models import Transformer
from experiments.recipe.recipe import Recipe, at_point
from experiments.recipe.shares import counts_at, phases

FLOAT32_BYTES = 4
FLOAT64_BYTES = 8


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


def parameter_count(task: TaskSpec, model: Transformer) -> int:
    """Numbers in the weights of one seed."""
    width = model.n_heads * model.head_width
    attention = 4 * model.d_model * width
    mlp = 2 * model.d_model * model.d_mlp
    biases = 3 * width + model.d_model + (model.d_mlp + model.d_model if model.d_mlp else 0)
    norms = (2 if model.d_mlp else 1) * 2 * model.d_model if model.normalization == "LN" else 0
    final_norm = 2 * model.d_model if model.normalization == "LN" else 0
    positions = task.n_ctx * model.d_model if model.positions == "learned" else 0
    layer = attention + mlp + norms + (biases if model.biases else 0)
    return (task.d_vocab + task.d_vocab_out) * model.d_model + positions + model.n_layers * layer + final_norm


def forward_flops(task: TaskSpec, model: Transformer) -> int:
    """Floating-point operations of one example's forward pass, logits at the answer positions only."""
    width = model.n_heads * model.head_width
    pos = task.n_ctx
    projections = 2 * pos * model.d_model * 4 * width
    mixing = 2 * 2 * pos * pos * width
    mlp = 2 * pos * 2 * model.d_model * model.d_mlp
    unembed = 2 * task.n_answers * model.d_model * task.d_vocab_out
    return model.n_layers * (projections + mixing + mlp) + unembed


def examples_by_phase(point: Recipe) -> list[tuple[int, int]]:
    """The stretches of training that show equally many examples a step: number of steps, examples per step."""
    added = sum(
        spec.examples_added(point.task.d_vocab_out) for spec in point.interventions if isinstance(spec, FourierLoss)
    )
    return [
        (n_steps, sum(counts_at(point.task, point.training.batch, first).values()) + added)
        for first, n_steps in phases(point.task, point.training.steps)
    ]


def _flops_of_one_seed(point: Recipe) -> float:
    forward = forward_flops(point.task, point.model)
    training = 3 * forward * sum(n_steps * n_examples for n_steps, n_examples in examples_by_phase(point))
    measured = len(point.measure_at.steps(point.training.steps)) * forward * point.task.n_test
    return float(training + measured)


def _shard_memory(point: Recipe) -> int:
    """Weights, gradients, two moments, and what the backward pass keeps of the activations."""
    task, model = point.task, point.model
    parameters = parameter_count(task, model)
    width = model.n_heads * model.head_width
    kept_per_token = model.n_layers * (6 * model.d_model + 4 * width + 2 * model.d_mlp + 2 * model.n_heads * task.n_ctx)
    loss_bytes = FLOAT64_BYTES if point.training.loss_dtype == "float64" else FLOAT32_BYTES
    logits = task.n_answers * task.d_vocab_out * (FLOAT32_BYTES + 2 * loss_bytes)
    example = task.n_ctx * kept_per_token * FLOAT32_BYTES + logits
    largest_batch = max(task.n_test, *(n_examples for _, n_examples in examples_by_phase(point)))
    return point.stack_size * (4 * parameters * FLOAT32_BYTES + largest_batch * example)


def _checkpoint_bytes(point: Recipe) -> int:
    n_checkpoints = len(point.checkpoints.steps(point.training.steps))
    return n_checkpoints * parameter_count(point.task, point.model) * FLOAT32_BYTES
