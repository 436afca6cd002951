"""On a GPU: a step that is replayed as a CUDA graph leaves the bits that it leaves when it is carried out."""

from typing import Any

import pytest
import torch

from tests.workers.science.runs import FAMILIES, recipe
from workers.science.device import settle
from workers.science.failures import NotFinite
from workers.science.training.captured import CapturedStep
from workers.science.training.trainer import Trainer

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU"),
]
STEPS = 20
PHASES: dict[str, Any] = {
    "name": "two-phase",
    "switch_at": 8,
    "kept": 0.5,
    "first": {"name": "modular-addition", "modulus": 7, "train_fraction": 0.5},
    "second": {"name": "modular-subtraction", "modulus": 7, "train_fraction": 0.5},
}
CAPTURED = [recipe(base) for name, base in FAMILIES.items() if name != "superposition"]
CAPTURED += [recipe(task=PHASES), recipe(training={"steps": STEPS, "batch": 4, "sampling": "epochs"})]
CAPTURED += [recipe(training={"steps": STEPS, "optimizer": name, "momentum": 0.5}) for name in ("adam", "sgd")]


def trained(asked, *, n_steps=STEPS, captures=True):
    trainer = Trainer(asked, (0, 1), settle("cuda", threads=1))
    assert isinstance(trainer._step, CapturedStep)
    if not captures:
        trainer._step = trainer._step._step
    for _ in range(n_steps):
        trainer.update()
    return trainer


@pytest.mark.parametrize("asked", CAPTURED, ids=str)
def test_replayed_steps_leave_the_bits_of_steps_carried_out(asked):
    replayed, carried_out = trained(asked), trained(asked, captures=False)
    assert all(torch.equal(weight, carried_out.weights[name]) for name, weight in replayed.weights.items())


def test_a_resumed_run_goes_on_with_the_same_bits():
    """Although it carries out the first few steps that the undisturbed run has replayed."""
    undisturbed, interrupted = trained(recipe()), trained(recipe(), n_steps=10)
    resumed = Trainer(recipe(), (0, 1), settle("cuda", threads=1))
    resumed.restore(interrupted.resume_point(()))
    for _ in range(10):
        resumed.update()
    assert all(torch.equal(weight, resumed.weights[name]) for name, weight in undisturbed.weights.items())


def test_what_is_not_finite_is_named_as_exactly_as_on_a_cpu():
    wild = {"steps": 100, "optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 100.0}
    with pytest.raises(NotFinite, match="of seed 0 is not finite at step") as caught:
        trained(recipe(training=wild), n_steps=100)
    assert 0 < caught.value.step < 50


def test_a_model_that_draws_numbers_is_carried_out_step_by_step():
    trainer = Trainer(recipe(FAMILIES["superposition"]), (0, 1), settle("cuda", threads=1))
    assert not isinstance(trainer._step, CapturedStep)
    trainer.update()
