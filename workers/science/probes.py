"""Probes: classifiers that tell the class of many items at once from features, for every seed of a stack.

They know nothing of tasks or networks. Items whose class is IGNORED neither teach nor count.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED
from workers.science.randomness import generator

Features = Float[Tensor, "seed row feature"]
Classes = Int[Tensor, "seed row item"]
Logits = Float[Tensor, "seed row class item"]  # items last: a softmax over the last dimension is slow when it is short

RIDGE = 1e-3
NEWTON_STEPS = 30
ADAM_BATCH, ADAM_RATE = 512, 1e-2


@dataclass(frozen=True)
class Scale:
    """What makes the rows that a probe is fitted to have mean 0 and variance 1; a constant feature becomes 0."""

    mean: Float[Tensor, "seed 1 feature"]
    deviation: Float[Tensor, "seed 1 feature"]

    @classmethod
    def of(cls, features: Features) -> "Scale":
        deviation = features.std(1, keepdim=True, correction=0)
        return cls(features.mean(1, keepdim=True), deviation.where(deviation > 1e-6, torch.inf))

    def __call__(self, features: Features) -> Features:
        return (features - self.mean) / self.deviation


@dataclass(frozen=True)
class LinearClassifier:
    scale: Scale
    weight: Float[Tensor, "seed feature class item"]
    bias: Float[Tensor, "seed class item"]

    def logits(self, features: Features) -> Logits:
        flat = self.scale(features) @ self.weight.flatten(2)
        return _by_class(flat, self.weight.shape[2]) + self.bias[:, None]

    @property
    def directions(self) -> Float[Tensor, "seed feature item class"]:
        """The weights on the features as they are, not as they are scaled."""
        return (self.weight / self.scale.deviation.mT[..., None]).mT


@dataclass(frozen=True)
class HiddenLayerClassifier:
    scale: Scale
    weights: Sequence[Tensor]  # W_in (seed, feature, hidden), b_in, W_out (seed, hidden, item class), b_out
    n_classes: int

    def logits(self, features: Features) -> Logits:
        w_in, b_in, w_out, b_out = self.weights
        hidden = (self.scale(features) @ w_in + b_in).relu()
        return _by_class(hidden @ w_out + b_out, self.n_classes)


def _by_class(flat: Tensor, n_classes: int) -> Tensor:
    return flat.reshape(*flat.shape[:-1], n_classes, -1)  # (..., class, item)


Classifier = LinearClassifier | HiddenLayerClassifier


def fit_linear(features: Features, classes: Classes, n_classes: int) -> LinearClassifier:
    """Multinomial logistic regression of every item with a ridge, by steps of a Newton method whose Hessian is replaced
    by the bound X^T X / 2, the same for all items, with Nesterov's momentum. Source: Boehning 1992, "Multinomial
    logistic regression algorithm"."""
    scale = Scale.of(features)
    x = torch.cat([scale(features), torch.ones_like(features[..., :1])], dim=-1)  # (seed, row, feature + 1)
    n_rows, n_items = classes.shape[1:]
    bound = x.mT @ x / (2 * n_rows) + RIDGE * torch.eye(x.shape[-1], device=x.device)
    factor = torch.linalg.cholesky(bound)
    weight = before = x.new_zeros(len(x), x.shape[-1], n_items * n_classes)
    for step in range(NEWTON_STEPS):
        ahead = weight + step / (step + 3) * (weight - before)
        errors = _errors(_by_class(x @ ahead, n_classes), classes).flatten(2)
        gradient = x.mT @ errors / n_rows + RIDGE * ahead
        before, weight = weight, ahead - torch.cholesky_solve(gradient, factor)
    found = _by_class(weight, n_classes)
    return LinearClassifier(scale, found[:, :-1], found[:, -1])


def _errors(logits: Logits, classes: Classes) -> Logits:
    """softmax(logits) - one-hot(class): the gradient of the cross-entropy; 0 where the class is IGNORED."""
    right = classes.clamp(min=0)[:, :, None]  # (seed, row, 1, item)
    errors = logits.softmax(2).scatter_add_(2, right, -torch.ones_like(right, dtype=logits.dtype))
    return errors * (classes != IGNORED)[:, :, None]


def fit_hidden_layer(
    features: Features, classes: Classes, n_classes: int, n_hidden: int, *, n_steps: int
) -> HiddenLayerClassifier:
    """One hidden layer of ReLU that all items share, by Adam on batches of rows, the same for every seed."""
    scale, n_outputs = Scale.of(features), classes.shape[2] * n_classes
    drawing = generator(0, "hidden layer of a probe")
    w_in = _normal((features.shape[2], n_hidden), drawing).expand(len(features), -1, -1)
    w_out = _normal((n_hidden, n_outputs), drawing).expand(len(features), -1, -1)
    first = (w_in, w_in[:, :1] * 0, w_out, w_out[:, :1] * 0)
    weights = [weight.to(features.device).clone().requires_grad_() for weight in first]
    optimizer = torch.optim.Adam(weights, lr=ADAM_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    for _ in range(n_steps):
        rows = torch.randint(features.shape[1], (ADAM_BATCH,), generator=drawing).to(features.device)
        with torch.enable_grad():
            logits = HiddenLayerClassifier(scale, weights, n_classes).logits(features[:, rows])
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), classes[:, rows].flatten(0, 1), ignore_index=IGNORED, reduction="sum"
            )
            gradients = torch.autograd.grad(loss / ADAM_BATCH, weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()
        schedule.step()
    return HiddenLayerClassifier(scale, [weight.detach() for weight in weights], n_classes)


def _normal(shape: tuple[int, int], drawing: torch.Generator) -> Tensor:
    drawn: Tensor = torch.randn((1, *shape), generator=drawing) / math.sqrt(shape[0])
    return drawn


def accuracy(classifier: Classifier, features: Features, classes: Classes) -> Float[Tensor, "seed item"]:
    """Fraction of rows, in [0, 1], whose likeliest class is right; not a number for an item with no class to tell."""
    return _share(classifier.logits(features).argmax(2) == classes, classes)


def majority_accuracy(fitted: Classes, scored: Int[Tensor, "seed scored item"]) -> Float[Tensor, "seed item"]:
    """The same of always answering what is most frequent among the rows that a probe would be fitted to."""
    counts = torch.stack([(fitted == value).sum(1) for value in range(int(fitted.max()) + 1)])
    return _share(counts.argmax(0)[:, None] == scored, scored)


def _share(right: Tensor, classes: Classes) -> Float[Tensor, "seed item"]:
    asked = classes != IGNORED
    return (right & asked).sum(1).double() / asked.sum(1)
