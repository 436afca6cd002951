import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.tasks import SummedScores
from workers.science.dataset import Dataset, Examples
from workers.science.registry import implements


@implements(SummedScores)
def summed_scores(spec: SummedScores, generator: torch.Generator) -> Dataset:
    """Different sequences with the class whose scores have the largest sum; then some training labels are made wrong.

    With two places, V = 3 and two classes, token 1 may score (0.5, -0.2) at the first place, and token 2 (-1.1, 0.3) at
    the second: [1, 2, 3] then has the sums (-0.6, 0.1), and label 1. Scores are standard normal.
    """
    scores = torch.randn(spec.length, spec.vocabulary, spec.classes, generator=generator, dtype=torch.float64)
    codes = torch.randperm(spec.n_sequences, generator=generator)[: spec.train_examples + spec.n_test]
    tokens = codes[:, None] // spec.vocabulary ** torch.arange(spec.length) % spec.vocabulary
    labels = sums_of(scores, tokens).argmax(1, keepdim=True)
    inputs = torch.cat([tokens, torch.full_like(labels, spec.vocabulary)], dim=1)
    every, rows = Examples(inputs, labels), torch.arange(len(inputs))
    train, test = every.take(rows[: spec.train_examples]), every.take(rows[spec.train_examples :])
    return Dataset((spec.length,), train=Examples(train.inputs, _with_noise(spec, train.labels, generator)), test=test)


def sums_of(
    scores: Float[Tensor, "place token class"], tokens: Int[Tensor, "example place"]
) -> Float[Tensor, "example class"]:
    return scores[torch.arange(len(scores)), tokens].sum(1)


def _with_noise(
    spec: SummedScores, labels: Int[Tensor, "example 1"], generator: torch.Generator
) -> Int[Tensor, "example 1"]:
    """The first so many have another class; the examples come in random order anyway."""
    shifts = torch.randint(1, spec.classes, labels.shape, generator=generator)
    is_wrong = torch.arange(len(labels))[:, None] < spec.n_wrong
    return torch.where(is_wrong, (labels + shifts) % spec.classes, labels)
