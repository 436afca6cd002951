"""The loss of parts of an example: of each answer, of each kind of answer, of each feature."""

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import LossPerFeature, LossPerPosition, LossPerSlice
from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot
from workers.science.registry import implements
from workers.science.training.loss import cross_entropy_where_asked


@implements(LossPerPosition)
def loss_per_position(spec: LossPerPosition, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """The loss at each answer apart, by how many answers came before; their mean is the loss."""
    outputs, labels = snapshot.outputs(spec.split), snapshot.labels(spec.split)
    return {
        name: snapshot.loss(outputs[:, :, k : k + 1], labels[:, :, k : k + 1])
        for k, name in enumerate(snapshot.task.answer_names)
    }


@implements(LossPerSlice)
def loss_per_slice(spec: LossPerSlice, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """The loss on each kind of answer apart, in nats per token."""
    outputs, labels = snapshot.outputs(spec.split), snapshot.labels(spec.split)
    return {
        name: cross_entropy_where_asked(outputs, labels.where(kind, IGNORED), torch.float64)
        for name, kind in snapshot.slices(spec.split).items()
    }


@implements(LossPerFeature)
def loss_per_feature(spec: LossPerFeature, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over examples of (x_i - x'_i)^2; the sum over features of importance times this is the loss."""
    errors = (snapshot.outputs(spec.split).double() - snapshot.labels(spec.split)).square().mean(dim=(1, 2))
    return {f"feature {i}": errors[:, i] for i in range(errors.shape[-1])}
