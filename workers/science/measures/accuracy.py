"""How many answers are right. An answer is the token with the largest logit."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import Accuracy, AccuracyPerPosition, AccuracyPerSlice, ExactMatch
from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot
from workers.science.registry import implements


@implements(Accuracy)
def accuracy(spec: Accuracy, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Fraction of answers, in [0, 1], that are right."""
    right, asked = _right_and_asked(snapshot, spec.split, spec.part)
    return {"": _share(right, asked)}


@implements(AccuracyPerPosition)
def accuracy_per_position(spec: AccuracyPerPosition, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Fraction of examples, in [0, 1], whose answer after k others is right; of those that are asked for one there."""
    right, asked = _right_and_asked(snapshot, spec.split)
    return {
        name: _share(right[:, :, k : k + 1], asked[:, :, k : k + 1])
        for k, name in enumerate(snapshot.task.answer_names)
    }


@implements(AccuracyPerSlice)
def accuracy_per_slice(spec: AccuracyPerSlice, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Fraction of the answers of each kind, in [0, 1], that are right."""
    right, asked = _right_and_asked(snapshot, spec.split)
    return {name: _share(right, asked & kind) for name, kind in snapshot.slices(spec.split).items()}


@implements(ExactMatch)
def exact_match(spec: ExactMatch, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Fraction of examples, in [0, 1], whose answers are all right."""
    right, asked = _right_and_asked(snapshot, spec.split, spec.part)
    return {"": (right | ~asked).all(-1).double().mean(1)}


def _right_and_asked(
    snapshot: Snapshot, split: str, part: str = ""
) -> tuple[Bool[Tensor, "seed example answer"], Bool[Tensor, "seed example answer"]]:
    outputs, labels = snapshot.outputs(split, part), snapshot.labels(split, part)
    return outputs.argmax(-1) == labels, labels != IGNORED


def _share(
    right: Bool[Tensor, "seed example answer"], asked: Bool[Tensor, "seed example answer"]
) -> Float[Tensor, "seed"]:
    """Of the answers that are asked for, how many are right; not a number where none is."""
    return torch.sum(right & asked, dim=(1, 2)).double() / asked.sum(dim=(1, 2))
