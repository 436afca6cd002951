"""What is shown at which step."""

from collections import Counter

import pytest
import torch

from experiments.recipe.combined import TwoPhase
from experiments.recipe.tasks import ModularAddition
from experiments.recipe.training import Training
from workers.science.randomness import generator
from workers.science.tasks import build_parts
from workers.science.training.batches import Batches

ADDITION = ModularAddition(modulus=5, train_fraction=0.4)  # 10 training pairs
PHASES = {
    "first": ADDITION.model_dump(),
    "second": {"name": "modular-subtraction", "modulus": 5, "train_fraction": 0.4},
}


def batches(task=ADDITION, seeds=(0, 1), **training):
    by_seed = [build_parts(task, generator(seed, "data")) for seed in seeds]
    parts = {name: [data[name] for data in by_seed] for name in by_seed[0]}
    return Batches(task, Training(**({"steps": 40} | training)), parts, seeds, torch.device("cpu"))


def pairs(batch, seed_place=0):
    return [tuple(pair) for pair in batch.examples.inputs[seed_place, :, :2].tolist()]


def test_an_epoch_shows_every_example_once():
    shown = batches(batch=4, sampling="epochs")
    stream = [pair for step in range(10) for pair in pairs(shown.at(step))]  # 40 examples: four epochs
    epochs = [stream[first : first + 10] for first in range(0, 40, 10)]
    assert all(len(set(epoch)) == 10 for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4
    assert set(Counter(stream).values()) == {4}


@pytest.mark.parametrize("batch", [4, 7, 25])
@pytest.mark.parametrize("sampling", ["epochs", "with-replacement"])
def test_a_step_looked_up_first_is_the_step_reached_in_order(sampling, batch):
    in_order, direct = (batches(batch=batch, sampling=sampling) for _ in range(2))
    reached = [in_order.at(step).examples.inputs for step in range(8)][7]
    assert torch.equal(direct.at(7).examples.inputs, reached)


@pytest.mark.parametrize("sampling", ["epochs", "with-replacement"])
def test_a_seed_sees_the_same_alone_and_in_a_stack(sampling):
    alone, stacked = batches(seeds=(1,), batch=4, sampling=sampling), batches(batch=4, sampling=sampling)
    assert pairs(alone.at(3)) == pairs(stacked.at(3), seed_place=1)
    assert pairs(stacked.at(3), seed_place=0) != pairs(stacked.at(3), seed_place=1)


def test_the_tasks_of_two_phases_follow_each_other():
    shown = batches(TwoPhase(**PHASES, switch_at=3), batch="full")
    assert shown.at(2).pieces == ((10, 1.0),)
    first, second = (shown.at(step).examples for step in (2, 3))
    assert torch.equal(first.inputs, second.inputs) and not torch.equal(first.labels, second.labels)


def test_a_share_of_the_first_task_comes_first_in_the_batch():
    task = TwoPhase(**PHASES, switch_at=3, kept=0.25)
    batch = batches(task, batch=8).at(5)
    assert batch.pieces == ((2, 0.25), (6, 0.75))
    a, b = batch.examples.inputs[0, :, 0], batch.examples.inputs[0, :, 1]
    assert torch.equal(batch.examples.labels[0, :2, 0], (a + b)[:2] % 5)
    assert torch.equal(batch.examples.labels[0, 2:, 0], (a - b)[2:] % 5)


def test_epochs_of_a_task_go_on_where_its_share_changes():
    task = TwoPhase(**PHASES, switch_at=3, kept=0.5)
    shown = batches(task, batch=4, sampling="epochs")
    stream = [pair for step in range(3) for pair in pairs(shown.at(step))]  # 12 examples, 4 a step
    stream += [pair for step in range(3, 7) for pair in pairs(shown.at(step))[:2]]  # 8 more, 2 a step
    assert len(set(stream[:10])) == len(set(stream[10:])) == 10
