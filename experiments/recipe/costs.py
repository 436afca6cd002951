"""What one network costs on a batch: parameters, and the matrix products that the engine really makes.

A product of (rows, d_in) with (d_in, d_out) takes 2 rows d_in d_out operations, one for each multiplication and one for
each addition; going backward it takes as many again for each of its two factors that needs a gradient. Elementwise work
and looking up rows of a table are not counted, as torch's own counter has it. Must follow `answer_outputs` of each
family in the engine; a test holds the two together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.recipe.combined import TaskSpec
from experiments.recipe.models import Mlp, ModelSpec, ToyModel, Transformer
from experiments.recipe.tasks import TokenTask


@dataclass(frozen=True)
class Product:
    rows: int
    d_in: int
    d_out: int
    n_gradients: int = 2  # factors that need one

    @property
    def flops(self) -> int:
        return 2 * self.rows * self.d_in * self.d_out


PAIRS_PER_EXAMPLE = 8  # a score out of a matrix product costs a small part of one that is multiplied and added up alone
FEW_QUERIES = 4  # for more of them, one matrix product per example and head is faster than going through them


def is_looked_up(n_tokens: int, n_examples: int, n_queries: int) -> bool:
    """Whether the first layer computes the scores of every pair of tokens, and picks those of each example."""
    return n_queries <= FEW_QUERIES and n_tokens < n_examples and n_tokens**2 <= PAIRS_PER_EXAMPLE * n_examples


def forward_flops(task: TaskSpec, model: ModelSpec, n_examples: int) -> int:
    """Floating-point operations of the outputs at the answers of so many examples."""
    return sum(product.flops for product in products(task, model, n_examples))


def training_flops(task: TaskSpec, model: ModelSpec, n_examples: int) -> int:
    """Floating-point operations of one step of training: forward and backward."""
    return sum(product.flops * (1 + product.n_gradients) for product in products(task, model, n_examples))


def products(task: TaskSpec, model: ModelSpec, n_examples: int) -> Iterator[Product]:
    match model:
        case Transformer():
            return _of_transformer(task, model, n_examples)
        case Mlp():
            return _of_mlp(task, model, n_examples)
        case ToyModel():
            return _of_toy_model(task, model, n_examples)


def _of_transformer(task: TaskSpec, model: Transformer, n_examples: int) -> Iterator[Product]:
    """The last layer works at the answers alone, and the first projects each token at each position once, where
    examples outnumber tokens; where they do by far, it looks up the scores of pairs of tokens. Without layers nothing
    but the answers is read."""
    width = model.n_heads * model.head_width
    if task.reads == "vectors":
        n_read = task.n_ctx if model.n_layers else task.n_answers
        yield Product(n_examples * n_read, task.d_in, model.d_model, n_gradients=1)
    for layer in range(model.n_layers):
        is_shared = layer == 0 and task.reads == "tokens" and task.d_in < n_examples
        queried = task.n_answers if layer == model.n_layers - 1 else task.n_ctx
        n_projected = task.d_in if is_shared else n_examples
        yield Product(n_projected * queried, model.d_model, width)
        yield Product(2 * n_projected * task.n_ctx, model.d_model, width)
        if is_shared and is_looked_up(task.d_in, n_examples, queried):
            yield Product(task.d_in * queried, width, task.d_in * task.n_ctx)
        elif queried > 1:  # a single query is multiplied and added up without a matrix product
            yield Product(2 * n_examples * queried, task.n_ctx, width)
        yield Product(n_examples * queried, width, model.d_model)
        yield Product(2 * n_examples * queried, model.d_model, model.d_mlp)
    yield Product(n_examples * task.n_answers, model.d_model, task.d_out)


def _of_mlp(task: TaskSpec, model: Mlp, n_examples: int) -> Iterator[Product]:
    """One-hot inputs and embeddings are looked up, not multiplied."""
    assert isinstance(task, TokenTask)
    if model.d_embed:
        n_read = task.n_operands if model.inputs == "embedded-concat" else 1
        yield Product(n_examples, n_read * model.d_embed, model.d_mlp)
    yield Product((model.n_layers - 1) * n_examples, model.d_mlp, model.d_mlp)
    if model.tied and model.d_embed:
        yield Product(n_examples, model.d_mlp, model.d_embed)
        yield Product(n_examples, model.d_embed, task.d_out)
    else:
        yield Product(n_examples, model.d_mlp, task.d_out)


def _of_toy_model(task: TaskSpec, model: ToyModel, n_examples: int) -> Iterator[Product]:
    yield Product(n_examples, task.d_in, model.d_hidden, n_gradients=1)
    yield Product(n_examples, model.d_hidden, task.d_out)


def parameter_count(task: TaskSpec, model: ModelSpec) -> int:
    """Numbers in the weights of one seed."""
    match model:
        case Transformer():
            return _parameters_of_transformer(task, model)
        case Mlp():
            return _parameters_of_mlp(task, model)
        case ToyModel():
            n_matrices = 1 if model.variant == "relu-output" else 2
            return n_matrices * task.d_in * model.d_hidden + task.d_out


def _parameters_of_transformer(task: TaskSpec, model: Transformer) -> int:
    width = model.n_heads * model.head_width
    attention = 4 * model.d_model * width
    mlp = 2 * model.d_model * model.d_mlp + (2 * model.d_mlp if model.activation == "solu_ln" else 0)
    biases = 3 * width + model.d_model + (model.d_mlp + model.d_model if model.d_mlp else 0)
    norm = {"LN": 2, "RMS": 1}.get(model.normalization, 0) * model.d_model
    positions = task.n_ctx * model.d_model if model.positions == "learned" else 0
    layer = attention + mlp + (2 if model.d_mlp else 1) * norm + (biases if model.biases else 0)
    tables = (task.d_in + (0 if model.tied else task.d_out)) * model.d_model
    return tables + positions + model.n_layers * layer + norm


def _parameters_of_mlp(task: TaskSpec, model: Mlp) -> int:
    assert isinstance(task, TokenTask)
    table = task.d_operand * (model.d_embed or 0)
    n_read = 1 if model.inputs == "embedded-sum" else task.n_operands
    d_first = n_read * (model.d_embed or task.d_operand)
    hidden = d_first * model.d_mlp + (model.n_layers - 1) * model.d_mlp**2
    last = model.d_mlp * ((model.d_embed or 0) if model.tied else task.d_out)
    biases = model.n_layers * model.d_mlp + task.d_out if model.biases else 0
    return table + hidden + last + biases
