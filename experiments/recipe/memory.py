"""How many bytes a step of training holds at its peak, from the tensors that the engine really keeps.

Going forward, each layer keeps what its gradient needs; going backward, the layer at work adds gradients as large as
its activations. Counted are those of float32, and of the loss in its own dtype; what is small beside them is left out.
Must follow `answer_outputs` of each family in the engine; a test holds the two together.
"""

from dataclasses import dataclass

from experiments.recipe.combined import TaskSpec
from experiments.recipe.costs import is_looked_up, parameter_count
from experiments.recipe.models import Mlp, ModelSpec, ToyModel, Transformer
from experiments.recipe.shares import n_fixed
from experiments.recipe.tasks import TokenTask

FLOAT32_BYTES = 4
FLOAT64_BYTES = 8
INT64_BYTES = 8
MAX_ACTIVATIONS = 2**25  # numbers held at once, over all seeds, while outputs are computed without gradients
NEURONS_KEPT = {"relu": 1, "solu": 3, "solu_ln": 5}  # copies for the gradient; of all others before and after, 2
NEURONS_AT_ONCE = {"relu": 1, "solu": 3, "solu_ln": 4}  # copies without gradients; 2 of all others
COPIES_OF_WEIGHTS = 4  # weights, two moments of the optimiser, the gradients


@dataclass(frozen=True)
class Kept:
    """Numbers per example: what all layers keep at the end of the forward pass, and the most that is there going
    backward, when the layers after the one at work have given theirs up and it adds its gradients. Without gradients,
    `looking` is the most that is there at once."""

    forward: int
    backward: int
    looking: int


def step_bytes(task: TaskSpec, model: ModelSpec, n_examples: int, *, loss_bytes: int) -> int:
    """Bytes that a training step of one seed adds at its peak."""
    answers = task.n_answers * task.d_out
    kept = kept_numbers(task, model, n_examples)
    # log-softmax, its gradient and that of the logits; or the errors, their squares and three gradients
    in_loss = 2 * loss_bytes + FLOAT32_BYTES if task.answers == "token" else 5 * loss_bytes
    outputs = answers * FLOAT32_BYTES
    example = max(kept.forward * FLOAT32_BYTES + answers * in_loss, kept.backward * FLOAT32_BYTES)
    return n_examples * (example_bytes(task) + outputs + example)


def look_bytes(task: TaskSpec, model: ModelSpec, n_examples: int, *, n_seeds: int, loss_bytes: int) -> int:
    """Bytes that measuring so many examples of one seed adds: activations, a piece of the examples at a time, or
    outputs and what the loss makes of them."""
    outputs = n_examples * task.n_answers * task.d_out
    activations = min(n_examples * kept_numbers(task, model, n_examples).looking, MAX_ACTIVATIONS // n_seeds)
    return outputs * FLOAT32_BYTES + max(activations * FLOAT32_BYTES, 2 * outputs * loss_bytes)


def weight_bytes(task: TaskSpec, model: ModelSpec) -> int:
    return COPIES_OF_WEIGHTS * parameter_count(task, model) * FLOAT32_BYTES


def data_bytes(task: TaskSpec) -> int:
    """The fixed data sets of one seed: alone, and once more in the stack."""
    return 2 * (task.n_test + n_fixed(task)) * example_bytes(task)


def example_bytes(task: TaskSpec) -> int:
    """Inputs and labels of one example."""
    inputs = task.n_ctx * (INT64_BYTES if task.reads == "tokens" else task.d_in * FLOAT32_BYTES)
    labels = task.n_answers * (INT64_BYTES if task.answers == "token" else task.d_out * FLOAT32_BYTES)
    return inputs + labels


def kept_numbers(task: TaskSpec, model: ModelSpec, n_examples: int) -> Kept:
    match model:
        case Transformer():
            return _of_transformer(task, model, n_examples)
        case Mlp():
            return _of_mlp(task, model)
        case ToyModel():
            return _of_toy_model(task, model)


def _of_transformer(task: TaskSpec, model: Transformer, n_examples: int) -> Kept:
    """Per layer: what enters it, queries, keys, values, pattern, z, what enters the MLP, neurons; and the norms."""
    width, pos = model.n_heads * model.head_width, task.n_ctx
    norm = {"none": 0, "LNPre": 1, "RMSPre": 1, "LN": 2, "RMS": 2}[model.normalization] * model.d_model
    neurons = model.d_mlp * NEURONS_KEPT.get(model.activation, 2)
    forward = backward = looking = 0
    for layer in range(model.n_layers):
        is_shared = layer == 0 and task.reads == "tokens" and task.d_in < n_examples
        queried = task.n_answers if layer == model.n_layers - 1 else pos
        pattern = model.n_heads * queried * pos
        entering = 0 if is_shared else pos * (norm + model.d_model) + queried * model.d_model
        mlp = queried * (norm + model.d_model + neurons) if model.d_mlp else 0
        attention = entering + (2 * pos + 2 * queried) * width + pattern
        if is_shared and is_looked_up(task.d_in, n_examples, queried):
            attention = (pos + queried) * width + 3 * pattern  # neither queries nor keys, but places in a table
        backward = max(backward, forward + attention + 3 * pattern + 2 * pos * width)
        forward += attention + mlp
        backward = max(backward, forward + (1 if model.activation == "relu" else 2) * queried * model.d_mlp)
        in_attention = pos * model.d_model + (2 * pos + queried) * width + 2 * pattern
        in_mlp = queried * (2 * model.d_model + NEURONS_AT_ONCE.get(model.activation, 2) * model.d_mlp)
        looking = max(looking, in_attention, pos * model.d_model + in_mlp)
    at_answers = (norm + model.d_model) * task.n_answers
    return Kept(forward + at_answers, max(backward, 2 * at_answers), max(looking, 2 * at_answers))


def _of_mlp(task: TaskSpec, model: Mlp) -> Kept:
    """What enters the first layer, if it is not one-hot; the neurons; the way back to the table."""
    assert isinstance(task, TokenTask)
    n_read = task.n_operands if model.inputs == "embedded-concat" else 1
    entering = n_read * (model.d_embed or 0)
    neurons = model.d_mlp * NEURONS_KEPT.get(model.activation, 2)
    back = (model.d_embed or 0) if model.tied else 0
    forward = entering + model.n_layers * neurons + back
    return Kept(forward, forward + 2 * model.d_mlp, looking=entering + 2 * model.d_mlp)


def _of_toy_model(task: TaskSpec, model: ToyModel) -> Kept:
    """h (with a mask and once more, where it drops out), and what GELU keeps of its inputs."""
    is_gelu, has_hidden_activation = model.activation == "gelu", model.variant == "absolute-value"
    copies_of_h = 1 + 2 * (model.dropout > 0) + (is_gelu and has_hidden_activation)
    forward = copies_of_h * model.d_hidden + is_gelu * task.d_out
    return Kept(forward, forward + 2 * task.d_out, looking=model.d_hidden + 2 * task.d_out)
