"""The data of mixtures and of tasks in two phases, and what is measured of their parts."""

import pytest
import torch

from experiments.recipe.combined import Mixture, TwoPhase
from experiments.recipe.tasks import ModularAddition, ModularSubtraction
from tests.workers.science.runs import ADDITION, carry_out, measured, of_kind, recipe
from workers.science.events import Measured
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, build_parts
from workers.science.training.trainer import Trainer

ADD = {"name": "modular-addition", "modulus": 7, "train_fraction": 0.5}
SUBTRACT = ADD | {"name": "modular-subtraction"}
COPY = {"name": "previous-token", "vocabulary": 5, "length": 4, "n_test": 6}
PARTS = [{"name": "add", "task": ADD}, {"name": "subtract", "task": SUBTRACT}]
FINE_TUNING = {"name": "two-phase", "first": ADD, "second": SUBTRACT, "switch_at": 10}


def parts_of(task):
    return build_parts(task, generator(0, "data"))


def test_modular_subtraction_asks_for_the_difference():
    dataset = build_dataset(ModularSubtraction(modulus=5, train_fraction=0.4), generator(0, "data"))
    a, b, equals = dataset.train.inputs.T
    assert torch.equal(dataset.train.labels[:, 0], (a - b) % 5) and (equals == 5).all()
    assert len(dataset.train) + len(dataset.test) == 25


def test_every_part_is_the_task_as_it_would_be_alone():
    alone = build_dataset(ModularAddition(**ADD), generator(0, "data"))
    part = parts_of(TwoPhase(**FINE_TUNING))["first"]
    assert torch.equal(part.train.inputs, alone.train.inputs) and torch.equal(part.test.labels, alone.test.labels)


def test_a_test_pair_of_one_part_is_a_training_pair_of_none():
    first, second = parts_of(TwoPhase(**FINE_TUNING)).values()
    assert torch.equal(first.test.inputs, second.test.inputs)


def test_the_operation_token_comes_first_and_tells_the_part():
    add, subtract = parts_of(Mixture(name="mixture", parts=PARTS)).values()
    assert (add.train.inputs[:, 0] == 8).all() and (subtract.test.inputs[:, 0] == 9).all()
    assert add.answer_positions == (3,)
    assert torch.equal(add.test.inputs[:, 1:], build_dataset(ModularAddition(**ADD), generator(0, "data")).test.inputs)


def test_fresh_examples_get_their_operation_token_too():
    task = Mixture(name="mixture", parts=[{"name": name, "task": COPY} for name in ("here", "there")])
    there = parts_of(task)["there"]
    drawn = there.train(generator(0, "batch"), 3)
    assert (drawn.inputs[:, 0] == 6).all()
    assert torch.equal(drawn.labels, drawn.inputs[:, 1:4])
    assert there.answer_positions == (2, 3, 4)


def test_measures_of_parts_are_told_apart_and_the_whole_is_their_mean():
    measures = [{"name": "loss", "part": part} for part in ("", "add", "subtract")]
    events = carry_out(recipe(task={"name": "mixture", "parts": PARTS}, measures=measures))
    at_end = {event.component: event.values for event in of_kind(Measured, events) if event.step == 20}
    assert set(at_end) == {"", "add", "subtract"}
    halves = [(a + b) / 2 for a, b in zip(at_end["add"], at_end["subtract"], strict=True)]
    assert halves == pytest.approx(at_end[""])


def test_the_first_task_is_learned_before_the_switch_and_the_second_after_it():
    training = {"steps": 120, "learning_rate": 1e-2, "weight_decay": 0.0}
    measures = [
        {"name": "loss", "split": "train", "part": "first"},
        {"name": "accuracy", "split": "train", "part": "second"},
    ]
    measure_at = {"schedule": "at", "at": [60]}
    task = FINE_TUNING | {"switch_at": 60}
    events = carry_out(recipe(task=task, training=training, measures=measures, measure_at=measure_at))
    first, second = measured(events, "loss"), measured(events, "accuracy")
    assert first[60] < 0.2 * first[0] and first[120] > 2 * first[60]
    assert second[60] < 0.4 and second[120] > 0.6


def test_a_part_without_weight_is_measured_alone():
    training = {"steps": 60, "learning_rate": 1e-2, "weight_decay": 0.0}
    measures = [{"name": "accuracy", "split": "train", "part": part} for part in ("add", "subtract")]
    task = {"name": "mixture", "parts": [PARTS[0], PARTS[1] | {"weight": 0.0}]}
    events = carry_out(recipe(task=task, training=training, measures=measures))
    at_end = {event.component: event.values[0] for event in of_kind(Measured, events) if event.step == 60}
    assert at_end["add"] > 0.9 and at_end["subtract"] < 0.5


def test_a_kept_share_holds_the_first_task_up():
    training = {"steps": 120, "learning_rate": 1e-2, "weight_decay": 0.0}
    measures = [{"name": "loss", "split": "train", "part": "first"}]

    def last_loss(kept):
        task = FINE_TUNING | {"switch_at": 60, "kept": kept}
        return measured(carry_out(recipe(task=task, training=training, measures=measures)), "loss")[120]

    assert last_loss(kept=0.5) < 0.7 * last_loss(kept=0.0)


def test_the_answers_that_are_trained_can_be_chosen():
    """The first answer of previous-token reads positions 0 and 1: no gradient reaches the positions after it."""
    training = {"steps": 1, "batch": 4, "weight_decay": 0.0}
    base = ADDITION | {"task": COPY, "measures": [{"name": "loss"}]}
    model = {"name": "transformer", "d_model": 8, "n_heads": 1, "d_mlp": 0}
    trainer = Trainer(recipe(base, training=training | {"loss_at": [0]}, model=model), (0,), torch.device("cpu"))
    batch = trainer.batches.at(0)
    losses = trainer.objective.losses(trainer.weights, batch, 0)
    (gradient,) = torch.autograd.grad(losses.sum(), [trainer.weights["pos_embed.W_pos"]])
    moved = gradient[0].abs().sum(-1) > 0  # (pos)
    assert moved.tolist() == [True, True, False, False]
