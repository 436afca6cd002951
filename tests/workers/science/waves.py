"""Networks of modular tasks whose logits, neurons or embeddings are known."""

import math
from functools import partial

import torch

from experiments.recipe.models import Mlp as MlpSpec
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import ModularAddition
from workers.science.dataset import stacked
from workers.science.evaluation import Snapshot
from workers.science.models import build_model
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.training.loss import cross_entropy

ADDITION = ModularAddition(modulus=11, train_fraction=0.4)
ONE_HOT, TRANSFORMER = MlpSpec(d_mlp=6), TransformerSpec(d_model=8, n_heads=2, d_mlp=6)


def moment(task=ADDITION, model=ONE_HOT, *, logits=None, weights=None, seeds=(0,)):
    """A snapshot in which the network says these logits, (pair, answer), or what its weights make it say."""
    network = build_model(model, task)
    datasets = [build_dataset(task, generator(seed, "data")) for seed in seeds]
    splits = {"test": stacked([d.test for d in datasets]), "train": stacked([d.train for d in datasets])}
    said = {}
    if logits is not None:
        for split, examples in splits.items():
            said[split] = logits[examples.inputs[:, :, 0] * task.modulus + examples.inputs[:, :, 1]][:, :, None]
    loss = partial(cross_entropy, dtype=torch.float64)
    given = network.initial_weights(seeds) | {name: weight.float() for name, weight in (weights or {}).items()}
    return Snapshot(network, given, splits, (2,), loss, (), said, task=task)


def cosines(frequencies, *, task=ADDITION, sign=None, height=1.0):
    """Logits height * sum of cos(w_k (a + sign b - c)), (pair, answer), the pairs in the order of a p + b."""
    residues = torch.arange(task.modulus)
    a, b = torch.cartesian_prod(residues, residues).T
    angle = (a + (sign or task.sign) * b)[:, None] - residues
    waves = [torch.cos(2 * math.pi * k * angle.double() / task.modulus) for k in frequencies]
    return height * torch.stack(waves).sum(0)


def circles(modulus, amplitudes):
    """An embedding with one cosine and one sine direction per frequency: (token, 2 * frequency)."""
    a = torch.arange(modulus).double()
    columns = []
    for k, amplitude in amplitudes.items():
        angle = 2 * math.pi * k * a / modulus
        columns += [amplitude * angle.cos(), amplitude * angle.sin()]
    return torch.stack(columns, dim=1)
