"""What a network does on all p^2 pairs of a modular task, put together from its training and its test set."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from experiments.recipe.combined import Combined, TaskSpec
from experiments.recipe.memory import MAX_ACTIVATIONS
from experiments.recipe.shares import additive_part
from experiments.recipe.tasks import ModularTask
from workers.science.evaluation import Snapshot
from workers.science.mlp import Mlp
from workers.science.model import Model, Weights
from workers.science.transformer import Transformer

SPLITS = ("test", "train")


@dataclass(frozen=True)
class EveryPair:
    """Logits and labels of one snapshot, the pairs in the order of a p + b. Labels are those the splits have, so of
    shuffled training sets the shuffled ones."""

    logits: Float[Tensor, "seed pair d_vocab_out"]  # float64
    labels: Int[Tensor, "seed pair"]
    trained: Bool[Tensor, "seed pair"]
    sums: Int[Tensor, "pair"]  # a + b or a - b, modulo p


def every_pair_of(snapshot: Snapshot, part: str = "") -> EveryPair:
    """The pairs of the task, or of one part of it."""
    task = _task(snapshot, part)
    n_pairs = task.modulus**2
    logits, labels, trained = [], [], []
    for split in SPLITS:
        said = snapshot.outputs(split, part)[:, :, 0].double()
        logits.append(_placed(snapshot, split, part, said))
        labels.append(_placed(snapshot, split, part, snapshot.labels(split, part)[:, :, 0]))
        trained.append(_placed(snapshot, split, part, torch.full(said.shape[:2], split == "train", device=said.device)))
    place = torch.arange(n_pairs, device=logits[0].device)
    sums = (place // task.modulus + task.sign * (place % task.modulus)) % task.modulus
    return EveryPair(_joined(logits), _joined(labels), _joined(trained), sums)


def neurons_of_every_pair(snapshot: Snapshot, part: str = "") -> Float[Tensor, "seed a b neuron"]:
    """The neurons of the last layer, after the activation, at the answer."""
    task = _task(snapshot, part)
    inputs = [snapshot.splits[split].inputs[:, rows_of_part(snapshot, split, part)] for split in SPLITS]
    read = [neurons_at_answer(snapshot, examples) for examples in inputs]
    placed = [_placed(snapshot, split, part, values) for split, values in zip(SPLITS, read, strict=True)]
    by_pair = _joined(placed)  # (seed, pair, neuron)
    return by_pair.reshape(len(by_pair), task.modulus, task.modulus, -1)


def operand_tables(
    task: TaskSpec, model: Model, modulus: int, weight: Callable[[str], Tensor]
) -> list[Float[Tensor, "*batch token d_model"]]:
    """What the residues 0 to p - 1 are read with: the table of embeddings. One-hot inputs have none: then the rows of
    the first layer that read each operand, which stand after those of the operation token where there is one."""
    if "embed.W_E" in model.shapes:
        return [weight("embed.W_E")[..., :modulus, :]]
    assert isinstance(model, Mlp)
    rows, first = weight("layers.0.W_in"), n_before_operands(task)
    starts = [(first + operand) * model.d_operand for operand in (0, 1)]
    return [rows[..., start : start + modulus, :] for start in starts]


def neuron_logit_map(model: Model, weights: Weights) -> Float[Tensor, "seed neuron d_vocab_out"]:
    """W_L: what each neuron of the last layer adds to each logit, without norms: W_out W_U, or W_U of an MLP."""
    if isinstance(model, Transformer):
        return weights[f"blocks.{model.spec.n_layers - 1}.mlp.W_out"] @ model.unembedding(weights)
    assert isinstance(model, Mlp)
    if model.spec.tied:
        return weights["unembed.W_out"] @ weights["embed.W_E"][:, : model.d_vocab_out].mT
    return weights["unembed.W_U"]


def has_neurons(model: Model) -> bool:
    return isinstance(model, Mlp) or (isinstance(model, Transformer) and model.spec.d_mlp > 0)


def n_before_operands(task: TaskSpec) -> int:
    return int(isinstance(task, Combined) and task.operation_token)


def _task(snapshot: Snapshot, part: str) -> ModularTask:
    task = additive_part(snapshot.task, part)
    assert task is not None, "the recipe refuses other tasks"
    return task


def rows_of_part(snapshot: Snapshot, split: str, part: str) -> slice:
    return snapshot.rows[split, part] if part else slice(None)


def _placed(snapshot: Snapshot, split: str, part: str, values: Tensor) -> Shaped[Tensor, "seed pair *dims"]:
    """Values of the examples of a split, each where its pair belongs, and 0 elsewhere."""
    modulus, first = _task(snapshot, part).modulus, n_before_operands(snapshot.task)
    inputs = snapshot.splits[split].inputs[:, rows_of_part(snapshot, split, part)]
    places = inputs[:, :, first] * modulus + inputs[:, :, first + 1]  # (seed, example)
    placed = values.new_zeros(len(values), modulus**2, *values.shape[2:])
    seeds = torch.arange(len(values), device=values.device)[:, None]
    placed[seeds, places] = values
    return placed


def _joined(of_splits: list[Tensor]) -> Tensor:
    """Every pair is in one split, and 0 in the other."""
    first, second = of_splits
    return first | second if first.dtype == torch.bool else first + second


def neurons_at_answer(
    snapshot: Snapshot, inputs: Int[Tensor, "seed example pos"]
) -> Float[Tensor, "seed example neuron"]:
    """The neurons of the last layer, after the activation, at the last answer: a chunk of examples at a time, and of
    what a transformer does at every position only that one is kept."""
    model, position = snapshot.model, snapshot.answer_positions[-1]
    if isinstance(model, Transformer):
        name = f"blocks.{model.spec.n_layers - 1}.mlp.hook_post"
    else:
        assert isinstance(model, Mlp), "the recipe refuses models without neurons"
        name = f"layers.{model.spec.n_layers - 1}.hook_post"
    n_examples = max(1, MAX_ACTIVATIONS // (len(inputs) * model.numbers_per_example(inputs.shape[2])))
    chunks = []
    for chunk in torch.split(inputs, n_examples, dim=1):
        values = model.run(snapshot.weights, chunk, record=[name])[1][name]
        chunks.append(values[:, :, position].clone() if values.ndim == 4 else values)
    return torch.cat(chunks, dim=1)
