"""What a curriculum shows at which step, and that training reads all of it."""

import pytest
import torch

from experiments.recipe.curriculum import Curriculum, task_at
from experiments.recipe.tasks import CyclicAutomaton, IclRegression, SortAnyLength
from experiments.recipe.training import Training
from tests.workers.science.runs import REGRESSION, recipe
from workers.science.randomness import generator
from workers.science.tasks import build_parts
from workers.science.training.batches import Batches
from workers.science.training.trainer import Trainer

TASK = IclRegression(dims=4, points=6, n_test=8)
DIMS = Curriculum(field="dims", start=2, interval=10)
POINTS = Curriculum(field="points", start=2, increment=3, interval=5)


def batches(task, *curricula, seeds=(0, 1)):
    parts = {"": [build_parts(task, generator(seed, "data"))[""] for seed in seeds]}
    return Batches(task, Training(steps=40, batch=7), parts, seeds, torch.device("cpu"), curricula)


@pytest.mark.parametrize(("step", "dims", "points"), [(0, 2, 2), (5, 2, 5), (10, 3, 6), (30, 4, 6)])
def test_there_are_as_many_numbers_and_positions_as_the_step_has(step, dims, points):
    shown = batches(TASK, DIMS, POINTS).at(step)
    x = shown.examples.inputs[:, :, 0::2]
    assert x.shape == (2, 7, points, 4) and shown.examples.labels.shape == (2, 7, points, 1)
    assert (x[..., :dims] != 0).all() and not x[..., dims:].any()
    assert shown.pieces == ((7, 1.0),)


def test_what_is_shown_is_the_easier_task_as_it_would_be_drawn_alone():
    shown, alone = batches(TASK, POINTS).at(6), batches(task_at(TASK, [POINTS], 6)).at(6)
    assert torch.equal(shown.examples.inputs, alone.examples.inputs)
    assert torch.equal(shown.examples.labels, alone.examples.labels)


def test_once_it_is_all_there_the_draws_are_those_without_a_curriculum():
    eased, plain = batches(TASK, DIMS, POINTS).at(35).examples, batches(TASK).at(35).examples
    assert torch.equal(eased.inputs, plain.inputs) and torch.equal(eased.labels, plain.labels)
    assert not torch.equal(plain.inputs, batches(TASK).at(36).examples.inputs)


def test_lists_grow_and_stay_in_their_place():
    spec = SortAnyLength(vocabulary=9, shortest=2, longest_trained=6, longest=7, n_test=8)
    growing = batches(spec, Curriculum(field="longest_trained", start=3, interval=10))
    longest = [(growing.at(step).examples.labels >= 0).sum(-1).max().item() - 1 for step in (0, 9, 10, 40)]
    assert longest[0] == longest[1] == 3 and longest[2] == 4 and longest[3] == 6


def test_a_shorter_sequence_of_tokens_is_read_from_its_beginning():
    growing = batches(CyclicAutomaton(length=8, n_test=8), Curriculum(field="length", start=3, interval=10))
    tokens, states = growing.at(0).examples.inputs, growing.at(0).examples.labels
    assert tokens.shape == states.shape == (2, 7, 3) and torch.equal(states, tokens.cumsum(2) % 2)


def test_the_loss_is_that_of_the_answers_that_are_there():
    points = POINTS.model_dump() | {"interval": 2}
    asked = recipe(REGRESSION, task=TASK.model_dump(), curriculum=[points])
    trainer = Trainer(asked, (0, 1), torch.device("cpu"))
    shown = trainer.batches.at(0).examples
    outputs, _ = trainer.setup.model.run(trainer.weights, shown.inputs)
    by_hand = (outputs[:, :, 0::2].double() - shown.labels).square().mean(dim=(1, 2, 3))
    assert shown.inputs.shape[2] == 3
    torch.testing.assert_close(trainer.update(), by_hand.detach(), rtol=1e-5, atol=1e-7)
    assert trainer.snapshot().outputs("test").shape[2] == 6
