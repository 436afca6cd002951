"""The examples and answers that a look is about."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.answers import OnAnswers
from experiments.recipe.tasks import IGNORED
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot
from workers.science.model import Inputs
from workers.science.training.loss import cross_entropy_where_asked


@dataclass(frozen=True)
class Asked:
    """Some examples of a split, and what is right at those of their answers that are looked at."""

    examples: Examples  # with all of their answers
    labels: Tensor  # (seed, example, answer), IGNORED where an answer is left out; or numbers, (..., answer, d_out)
    positions: tuple[int, ...]  # of the answers that are looked at
    answers: slice  # which of all answers these are

    @property
    def inputs(self) -> Inputs:
        return self.examples.inputs


def asked_by(spec: OnAnswers, snapshot: Snapshot) -> Asked:
    everything = snapshot.splits[spec.split]
    rows = _rows(spec, snapshot, everything)
    examples = Examples(everything.inputs[:, rows], everything.labels[:, rows])
    labels, answers = examples.labels, slice(None)
    if spec.kind:
        labels = labels.where(snapshot.slices(spec.split)[spec.kind][:, rows], IGNORED)
    if spec.answer:
        place = snapshot.task.answer_names.index(spec.answer)
        answers = slice(place, place + 1)
    return Asked(examples, labels[:, :, answers], snapshot.answer_positions[answers], answers)


def _rows(spec: OnAnswers, snapshot: Snapshot, examples: Examples) -> Tensor:
    """Spread evenly, because sets in which every pair stands once are sorted, and parts stand one after the other."""
    first, last = 0, examples.labels.shape[1]
    if spec.part:
        span = snapshot.rows[spec.split, spec.part]
        first, last = span.start, span.stop
    spread = torch.linspace(first, last - 1, min(spec.examples, last - first), dtype=torch.float64)
    return spread.round().long().to(examples.labels.device)


def loss_at(snapshot: Snapshot, outputs: Tensor, labels: Tensor) -> Float[Tensor, "seed"]:
    """The mean loss over the answers that are asked for: cross-entropy in float64, or the task's squared error."""
    if labels.is_floating_point():
        return snapshot.loss(outputs, labels)
    return cross_entropy_where_asked(outputs, labels, torch.float64)


def accuracy_at(outputs: Tensor, labels: Tensor) -> Float[Tensor, "seed"]:
    """Fraction, in [0, 1], of the answers that are asked for whose largest logit is the right token."""
    asked = labels != IGNORED
    right = (outputs.argmax(-1) == labels) & asked
    return right.sum(dim=(1, 2)).double() / asked.sum(dim=(1, 2))


def is_asked_for(asked: Asked) -> Bool[Tensor, "seed example answer"]:
    """Answers that are numbers are all asked for."""
    if asked.labels.is_floating_point():
        return torch.ones_like(asked.labels[..., 0], dtype=torch.bool)
    return asked.labels != IGNORED
